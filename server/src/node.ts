import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hash, Refusal, toHex } from '@parley/protocol/bytes';
import { verifyMandate } from '@parley/protocol/identity';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { FastifyBaseLogger } from 'fastify';
import { type Clock, every } from './clock.ts';
import { databaseOf, type NodeConfig } from './config/config.ts';
import { pinnedIn } from './counterparts/pinned.ts';
import { openCounterparts } from './counterparts/registry.ts';
import { addressGuard } from './doors/peer/address.ts';
import { peerDoor } from './doors/peer/door.ts';
import { seatDoor } from './doors/seat/door.ts';
import { lines } from './doors/seat/lines.ts';
import type { OwnSeat } from './doors/seat/seats.ts';
import { actingIdentity } from './identity/files.ts';
import { link } from './meeting/links.ts';
import { type Meeting, openMeeting } from './meeting/meeting.ts';
import { liveKit } from './sfu/livekit/livekit.ts';
import type { Sfu } from './sfu/sfu.ts';
import { readSheets } from './sheets.ts';
import { openSqlite } from './store/sqlite.ts';

/** A running node of one delegation. */
export type DelegationNode = {
  /** Its root's fingerprint in hex. */
  readonly root: string;
  readonly sfu: Sfu;
  readonly meetings: readonly Meeting[];
  /** Makes a one-time link for an own seat; refused with `door.unknown-seat`. */
  readonly link: (seat: string) => Promise<string | Refusal>;
  /** Own seats in which somebody sits. */
  readonly occupied: () => readonly string[];
  readonly onChange: (listener: () => void) => void;
  /** Ends the lines of own devices to the SFU of a root (hex); they come back by themselves. */
  readonly cut: (root: string) => void;
  /** Asks a counterpart's node, in this node's name. */
  readonly ask: (root: string, request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** Ends orderly: doors, meetings, SFU (unless the configuration keeps it), store. */
  readonly stop: () => Promise<void>;
};

export type NodeOptions = {
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  /** Finds livekit-server where the configuration names none. */
  readonly binary: () => Promise<string | Refusal>;
};

const LINK_MS = 24 * 3_600_000;
const FORGET_MS = 60_000;
const LOOK_MS = 500;

/** Starts a node; refused with what its call sheets, its SFU or its doors refuse. */
export const startNode = async (config: NodeConfig, options: NodeOptions): Promise<DelegationNode | Refusal> => {
  const { clock, logger } = options;
  const sfu = liveKit({
    ...config.sfu,
    folder: join(config.folder, 'sfu'),
    binary: async () => config.sfu.binary ?? options.binary(),
    clock,
  });
  const starting = sfu.start(); // beside everything else: it takes longest
  const refuse = async (refusal: Refusal): Promise<Refusal> => {
    await starting;
    await sfu.stop('end');
    return refusal;
  };
  const identity = await actingIdentity(config.identity, clock.now());
  if (identity instanceof Refusal) return refuse(identity);
  const own = toHex(identity.root);
  const store = await openSqlite(databaseOf(config));
  const guard = addressGuard(config.privateRanges);
  const counterparts = openCounterparts({ own: identity, guard, clock });
  counterparts.pin(await pinnedIn(config, store));
  const sheets = await readSheets(config, identity, counterparts.pins());
  if (sheets instanceof Refusal) {
    counterparts.close();
    await store.close();
    return refuse(sheets);
  }
  for (const { sheet } of sheets) counterparts.learn(sheet.issuers.values());
  const { ask } = counterparts;

  const meetings = new Map<string, Meeting>();
  const seats = new Map<string, OwnSeat>();
  for (const { sheet, bytes } of sheets) {
    await store.addMeeting(sheet.meeting, bytes);
    const meeting = await openMeeting({
      own: identity,
      sheet,
      store,
      clock,
      logger,
      lostAfter: config.lostAfter,
      links: (changed) =>
        sheet.delegations.flatMap((delegation) => {
          const root = toHex(delegation.root);
          if (!counterparts.isPinned(root)) return []; // one's own
          return [
            link(
              root,
              (request) => ask(root, request),
              (reached) => changed(root, reached),
            ),
          ];
        }),
    });
    meetings.set(toHex(sheet.meeting), meeting);
    for (const agreed of sheet.seats)
      if (toHex(agreed.root) === own) seats.set(agreed.id, { agreed, meeting, signedSheet: bytes });
  }

  const access = lines({
    own,
    sfu,
    clock,
    ask: async (root, meeting, { certificate, mandate }) => {
      const answer = await ask(root, { kind: 'line', meeting, chain: { certificate, mandate } });
      if (answer instanceof Refusal) return answer;
      if (answer.kind !== 'line') return new Refusal('peer.answer', answer.kind);
      return { url: answer.url, token: answer.token, identity: '' };
    },
  });
  const giveLine = async (root: string, { meeting, chain }: Extract<PeerRequest, { kind: 'line' }>) => {
    const mandate = await verifyMandate(counterparts.pins(), chain, meeting, clock.now());
    if (mandate instanceof Refusal) return mandate;
    const agreed = meetings.get(toHex(meeting))?.sheet.seats.find((seat) => seat.id === mandate.seat);
    if (!agreed || toHex(agreed.root) !== root || toHex(mandate.root) !== root)
      return new Refusal('sfu.not-agreed', mandate.seat);
    return access.give(meeting, root, mandate);
  };
  const handle = async (root: string, request: PeerRequest): Promise<PeerReply> => {
    if (request.kind === 'status') return { kind: 'status', now: clock.now(), serial: identity.serial };
    const meeting = meetings.get(toHex(request.meeting));
    if (!meeting) return { kind: 'refused', code: 'peer.unknown-meeting', detail: '' };
    if (request.kind !== 'line') return meeting.handle(root, request);
    const line = await giveLine(root, request);
    return line instanceof Refusal ? { kind: 'refused', code: line.code, detail: line.detail } : line;
  };

  const peers = peerDoor({
    own: identity,
    origin: config.peer.origin,
    keyOf: counterparts.keyOf,
    store,
    clock,
    logger,
    handle,
    tls: config.tls,
  });
  const doors = seatDoor({
    identity,
    own,
    origin: config.seats.origin,
    web: config.web,
    tls: config.tls,
    seats,
    store,
    clock,
    logger,
    lines: access,
    guard,
    isReady: () => sfu.state().kind === 'running',
  });
  let endRepeated = () => {};
  const stop = async () => {
    endRepeated();
    // Meetings first: whoever is cut off by this end is not lost.
    await Promise.all(Array.from(meetings.values(), (meeting) => meeting.stop()));
    await Promise.all([doors.app.close(), peers.close(), sfu.stop(config.sfu.keep ? 'leave' : 'end')]);
    counterparts.close();
    await store.close();
  };
  const listened = await Promise.all([
    doors.app.listen({ host: config.seats.address, port: config.seats.port }),
    peers.listen({ host: config.peer.address, port: config.peer.port }),
  ]).catch((error: unknown) => new Refusal('node.port', error instanceof Error ? error.message : ''));
  const started = await starting;
  const refusal = listened instanceof Refusal ? listened : started;
  if (refusal) {
    await stop();
    return refusal;
  }
  sfu.onState((state) => logger.info({ sfu: state.kind }, 'the SFU changed'));
  // What a command wrote beside this process: a counterpart that was introduced.
  const look = async (): Promise<void> => {
    if (await store.changedElsewhere()) counterparts.pin(await pinnedIn(config, store));
  };
  const repeated = [every(clock, LOOK_MS, look), every(clock, FORGET_MS, () => store.forget(clock.now()))];
  endRepeated = () => {
    for (const end of repeated) end();
  };

  return {
    root: own,
    sfu,
    meetings: [...meetings.values()],
    link: async (seat) => {
      const place = seats.get(seat);
      if (!place) return new Refusal('door.unknown-seat', seat);
      const secret = new Uint8Array(randomBytes(32));
      const { meeting } = place.meeting.sheet;
      await store.addLink({ secret: hash('link', secret), meeting, seat, until: clock.now() + LINK_MS });
      const text = Buffer.from(secret).toString('base64url');
      return `${config.seats.origin}/seat/${encodeURIComponent(seat)}#link=${text}`;
    },
    occupied: () =>
      [...meetings.values()].flatMap((meeting) =>
        meeting.living().flatMap((seating) => (seating.root === own ? [seating.seat.id] : [])),
      ),
    onChange: (listener) => {
      for (const meeting of meetings.values()) meeting.onChange(listener);
    },
    cut: doors.cut,
    ask,
    stop,
  };
};
