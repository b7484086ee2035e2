import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { equal, Refusal, toHex } from '@parley/protocol/bytes';
import { MESSAGE_LIMIT } from '@parley/protocol/wire';
import type { FastifyBaseLogger } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../clock.ts';
import type { Meeting } from '../../meeting/meeting.ts';
import type { Relay } from '../../relay/relay.ts';
import type { Device, Store } from '../../store/store.ts';
import { closeWith, REPLACED } from '../close.ts';
import type { AddressGuard } from '../peer/address.ts';
import type { Lines } from './lines.ts';
import { deviceAt, type OwnSeat, type OwnSeats, readSeatPath } from './seats.ts';
import { serveDevice } from './socket.ts';
import { statusOf } from './status.ts';

export type UpgradeOptions = {
  readonly origin: string;
  readonly own: string;
  readonly seats: OwnSeats;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  readonly lines: Lines;
  /** Guards addresses that counterparts name. */
  readonly guard: AddressGuard;
  /** One's own relay, if there is one. */
  readonly relay: Relay | null;
};

/** Loaded once somebody comes: the signalling's message types take room that a node at rest has no use for. */
const loadSignalling = () => import('../../sfu/signalling/index.ts');

const SFU_PATH = /^sfu\/([0-9a-f]{64})\/(rtc(?:\/v1)?)$/;
const SIGNAL_LIMIT = 262_144;

const isSeated = (meeting: Meeting, device: Device): boolean =>
  meeting.living().some((one) => one.seat.id === device.seat && equal(one.device, device.key));

const refuseUpgrade = (socket: Duplex, refusal: Refusal): void => {
  const body = JSON.stringify({ code: refusal.code });
  const head = `HTTP/1.1 ${statusOf(refusal)} Refused\r\ncontent-type: application/json\r\nconnection: close\r\n`;
  // Also where the other end keeps its half open.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};

export type Upgrades = {
  /** Ends every line to the SFU of a root (hex), also those being made; devices come back by themselves. */
  readonly cut: (root: string) => void;
  readonly close: () => void;
};

/** A device's newest socket; `overtaken`: another page of the same device has come in its place. */
type DeviceLine = { readonly socket: WebSocket; readonly page: string; overtaken: boolean };

/** Takes WebSockets at the seat doors: device sockets, and signalling on its way to an SFU. */
export const takeUpgrades = (server: Server, options: UpgradeOptions): Upgrades => {
  const { logger, clock, store, lines } = options;
  const devices = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT, perMessageDeflate: false });
  const signals = new WebSocketServer({ noServer: true, maxPayload: SIGNAL_LIMIT, perMessageDeflate: false });
  const newest = new Map<string, DeviceLine>();
  const passages = new Map<WebSocket, string>();
  /** How often the lines to each SFU were cut. */
  const cuts = new Map<string, number>();

  /** Null where the other end went, or asked for something else than a WebSocket. */
  const accept = (taker: WebSocketServer, { request, socket, head }: Upgrade) =>
    new Promise<WebSocket | null>((resolve) => {
      if (socket.destroyed) return resolve(null);
      socket.once('close', () => resolve(null));
      taker.handleUpgrade(request, socket, head, (accepted) => {
        // What nobody listens for would end the process: anybody can send what is no frame.
        accepted.on('error', () => accepted.terminate());
        resolve(accepted);
      });
    });

  const serve = async (upgrade: Upgrade, seat: OwnSeat, device: Device): Promise<Refusal | undefined> => {
    void loadSignalling(); // its line comes next
    const accepted = await accept(devices, upgrade);
    if (!accepted) return undefined;
    const name = `${device.seat} ${toHex(device.key)}`;
    const line: DeviceLine = { socket: accepted, page: upgrade.url.searchParams.get('page') ?? '', overtaken: false };
    serveDevice(accepted, {
      origin: options.origin,
      clock,
      seat,
      device,
      relay: options.relay,
      roots: [...seat.meeting.sheet.roots.values()],
      proven: () => {
        const older = newest.get(name);
        newest.set(name, line);
        if (!older || older === line) return;
        older.overtaken = older.page !== line.page;
        closeWith(older.socket, new Refusal('door.replaced'), REPLACED);
      },
      overtaken: () => line.overtaken,
      refused: (code) => logger.warn({ code }, 'a device was refused'),
    });
    accepted.once('close', () => {
      if (newest.get(name) === line) newest.delete(name);
    });
    return undefined;
  };

  const signal = async (
    upgrade: Upgrade,
    { meeting }: OwnSeat,
    device: Device,
    [root = '', path = '']: readonly string[],
  ): Promise<Refusal | undefined> => {
    const { carry, openUpstream, readJoin } = await loadSignalling();
    const wasAdmitted = isSeated(meeting, device);
    const join = readJoin(path, upgrade.url.searchParams, wasAdmitted);
    if (join instanceof Refusal) return join;
    const before = cuts.get(root);
    const line = await lines.ticket(meeting, device, root, join.resume);
    if (line instanceof Refusal) return line;
    const own = root === options.own;
    const sfu = await openUpstream(line.ticket, join.target, own ? null : options.guard);
    if (sfu instanceof Refusal) return sfu;
    const passage = await accept(signals, upgrade);
    if (!passage || cuts.get(root) !== before || sfu.readyState !== sfu.OPEN) {
      sfu.terminate();
      if (passage) closeWith(passage, new Refusal('sfu.closed'));
      return undefined;
    }
    passages.set(passage, root);
    passage.once('close', () => passages.delete(passage));
    carry({
      device: passage,
      sfu,
      permission: line.permission,
      join,
      wasAdmitted,
      isAdmitted: () => isSeated(meeting, device),
      onChange: meeting.onChange,
      clock,
      closed: (by, code) => {
        if (code === 'sfu.seat-ended' && own) lines.evict(meeting, device);
        if (code !== 'door.closed' && code !== 'sfu.closed') logger.warn({ by, code, root }, 'signalling was refused');
      },
    });
    return undefined;
  };

  type Upgrade = {
    readonly request: IncomingMessage;
    readonly socket: Duplex;
    readonly head: Buffer;
    readonly url: URL;
  };
  const take = async (upgrade: Upgrade): Promise<Refusal | undefined> => {
    const { request, url } = upgrade;
    if (request.headers.origin !== options.origin) return new Refusal('door.origin');
    const place = readSeatPath(url.pathname);
    const seat = place && options.seats.get(place.seat);
    if (!place || !seat) return new Refusal('door.unknown-seat');
    const device = await deviceAt(store, place.seat, request.headers.cookie);
    const isOfMeeting = !(device instanceof Refusal) && equal(device.meeting, seat.meeting.sheet.meeting);
    if (!isOfMeeting) {
      const unknown = new Refusal('door.unknown-device');
      if (place.rest !== 'socket') return unknown;
      // A page cannot read the status of a WebSocket that was refused: it would try for ever.
      const accepted = await accept(devices, upgrade);
      if (accepted) closeWith(accepted, unknown);
      logger.warn({ code: unknown.code }, 'a socket was refused');
      return undefined;
    }
    if (place.rest === 'socket') return serve(upgrade, seat, device);
    const [, ...parts] = SFU_PATH.exec(place.rest) ?? [];
    return parts.length === 2 ? signal(upgrade, seat, device, parts) : new Refusal('door.unknown-path');
  };

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const text = request.url ?? '/';
    if (!text.startsWith('/') || !URL.canParse(text, options.origin))
      return refuseUpgrade(socket, new Refusal('door.unknown-path'));
    take({ request, socket, head, url: new URL(text, options.origin) }).then(
      (refusal) => {
        if (!refusal) return;
        logger.warn({ code: refusal.code }, 'a socket was refused');
        refuseUpgrade(socket, refusal);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'a socket broke');
        socket.destroy();
      },
    );
  });
  return {
    cut: (root) => {
      cuts.set(root, (cuts.get(root) ?? 0) + 1);
      for (const [passage, to] of passages) if (to === root) closeWith(passage, new Refusal('sfu.closed'));
    },
    close: () => {
      for (const taker of [devices, signals]) {
        for (const client of taker.clients) client.terminate();
        taker.close();
      }
    },
  };
};
