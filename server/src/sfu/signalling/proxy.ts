import { isIP } from 'node:net';
import { SignalRequest, type SignalResponse, UpdateSubscription } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import { closeWith } from '../../doors/close.ts';
import { pace } from '../../doors/pace.ts';
import type { AddressGuard } from '../../doors/peer/address.ts';
import type { SfuPermission, SfuTicket } from '../sfu.ts';
import type { Join } from './join.ts';
import { presence } from './presence.ts';
import { fromDevice } from './requests.ts';
import { fromSfu } from './responses.ts';

const LONGEST_MESSAGE = 262_144;
const MOST_WAITING = 4_194_304;
const OPEN_WITHIN_MS = 5_000;
/** Tracks that a device is subscribed to on one line, over its whole life. */
const MOST_SUBSCRIBED = 4_096;
const IDLE_MS = 30_000;

/** Opens the connection to an SFU (`guard`: a counterpart named its address). The token goes as a header, never into an address that somebody might log. */
export const openUpstream = (
  ticket: SfuTicket,
  target: string,
  guard: AddressGuard | null,
): Promise<WebSocket | Refusal> =>
  new Promise((resolve) => {
    const { hostname } = new URL(ticket.url);
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (guard && isIP(literal) !== 0 && !guard.allows(literal)) return resolve(new Refusal('peer.address'));
    const socket = new WebSocket(`${ticket.url.replace(/^http/, 'ws')}${target}`, {
      headers: { authorization: `Bearer ${ticket.token}` },
      perMessageDeflate: false,
      maxPayload: LONGEST_MESSAGE,
      handshakeTimeout: OPEN_WITHIN_MS,
      followRedirects: false,
      ...(guard ? { lookup: guard.lookup } : {}),
    });
    socket.once('open', () => {
      socket.pause(); // what comes before anybody listens waits; a socket that is not open yet cannot be paused
      resolve(socket);
    });
    socket.once('error', () => resolve(new Refusal('sfu.unreachable')));
  });

export type Passage = {
  readonly device: WebSocket;
  readonly sfu: WebSocket;
  readonly permission: SfuPermission;
  readonly join: Join;
  /** Whether the device's seat was admitted when the SFU was asked: `join` was read accordingly. */
  readonly wasAdmitted: boolean;
  /** Whether it is admitted now, and a way to hear of every change: it may have come or gone meanwhile. */
  readonly isAdmitted: () => boolean;
  readonly onChange: (then: () => void) => () => void;
  readonly clock: Clock;
  /** Hears why a passage was closed, by code, and who spoke out of turn. */
  readonly closed: (by: 'device' | 'sfu', code: string) => void;
};

/** Carries signalling both ways, each message read strictly and written anew; ends both ends together. */
export const carry = (passage: Passage): void => {
  const { device, sfu, clock } = passage;
  const seen = presence(passage.wasAdmitted);
  const subscribed = new Set<string>();
  const [deviceMay, sfuMay] = [pace(clock, 300, 60), pace(clock, 300, 60)];
  let open = true;
  let admitted = passage.wasAdmitted;

  const end = (by: 'device' | 'sfu', refusal: Refusal) => {
    if (!open) return;
    open = false;
    stopListening();
    wake();
    passage.closed(by, refusal.code);
    closeWith(device, refusal);
    sfu.close();
  };
  const toSfu = (request: SignalRequest) => sfu.send(request.toBinary());
  // The device asked for everything, and the SFU was told not to send anything unasked.
  const subscribe = (told: SignalResponse) => {
    if (!passage.join.everything || passage.wasAdmitted || !admitted) return;
    const trackSids = seen.tracksIn(told).filter((sid) => !subscribed.has(sid));
    if (trackSids.length === 0) return;
    for (const sid of trackSids) subscribed.add(sid);
    if (subscribed.size > MOST_SUBSCRIBED) return end('sfu', new Refusal('sfu.malformed', 'tracks'));
    const value = new UpdateSubscription({ trackSids, subscribe: true });
    toSfu(new SignalRequest({ message: { case: 'subscription', value } }));
  };
  const look = () => {
    if (!open || admitted === passage.isAdmitted()) return;
    if (admitted) return end('device', new Refusal('sfu.seat-ended'));
    admitted = true;
    const told = seen.release();
    if (!told) return;
    device.send(told.toBinary());
    subscribe(told);
  };
  const stopListening = passage.onChange(look);

  let wake = () => {};
  const awake = () => {
    wake();
    wake = clock.after(IDLE_MS, () => end('device', new Refusal('door.idle')));
  };
  awake();

  device.on('message', (data, binary) => {
    awake();
    if (!deviceMay()) return end('device', new Refusal('door.too-many'));
    const request = binary ? fromDevice(whole(data), passage.permission) : new Refusal('sfu.malformed', 'text');
    if (request instanceof Refusal) return end('device', request);
    if (request) toSfu(request);
  });
  sfu.on('message', (data, binary) => {
    if (!open) return;
    if (!sfuMay()) return end('sfu', new Refusal('door.too-many'));
    const response = binary ? fromSfu(whole(data)) : new Refusal('sfu.malformed', 'text');
    if (response instanceof Refusal) return end('sfu', response);
    if (response === null) return;
    const told = seen.tell(response);
    if (told instanceof Refusal) return end('sfu', told);
    if (!told) return;
    device.send(told.toBinary());
    subscribe(told);
    if (device.bufferedAmount > MOST_WAITING) end('device', new Refusal('door.slow-reader'));
  });
  device.once('close', () => end('device', new Refusal('door.closed')));
  device.once('error', () => end('device', new Refusal('door.closed')));
  sfu.once('close', () => end('sfu', new Refusal('sfu.closed')));
  sfu.once('error', () => end('sfu', new Refusal('sfu.closed')));
  look();
  sfu.resume();
};

const whole = (data: RawData): Uint8Array =>
  data instanceof ArrayBuffer ? new Uint8Array(data) : Array.isArray(data) ? Buffer.concat(data) : data;
