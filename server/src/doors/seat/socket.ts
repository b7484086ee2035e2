import { randomBytes } from 'node:crypto';
import { type Bytes, decode, encode, equal, hash, Refusal, verify } from '@parley/protocol/bytes';
import { mandateHash, type RootKeys } from '@parley/protocol/identity';
import { isRestriction, openAct } from '@parley/protocol/log';
import { type DeviceToNode, deviceToNode, MESSAGE_LIMIT, type NodeToDevice } from '@parley/protocol/wire';
import type { RawData, WebSocket } from 'ws';
import { type Clock, every } from '../../clock.ts';
import type { Parting } from '../../meeting/losing.ts';
import { serial } from '../../meeting/serial.ts';
import { RENEW_MS, type Relay, relayAccess } from '../../relay/relay.ts';
import type { Device } from '../../store/store.ts';
import { closeWith } from '../close.ts';
import { pace } from '../pace.ts';
import type { OwnSeat } from './seats.ts';

const PROVE_WITHIN_MS = 5_000;
const PING_MS = 10_000;
const IDLE_MS = 30_000;
const MOST_WAITING = 8_388_608;
/** Close codes of a page that goes away: closed, reloaded, navigated (1001, RFC 6455 §7.4.1), or that lets go of its seat. */
const GOES: ReadonlySet<number> = new Set([1001, 3001]);

export type DeviceSocketOptions = {
  readonly origin: string;
  readonly clock: Clock;
  readonly seat: OwnSeat;
  /** The device whose cookie came with the socket. */
  readonly device: Device;
  /** Keys of the roots of the meeting's delegations. */
  readonly roots: readonly RootKeys[];
  /** One's own relay, if there is one. */
  readonly relay: Relay | null;
  /** Hears that a device has proven itself, so that its older socket can be closed. */
  readonly proven: () => void;
  /** Whether another page of the same device has come in the place of this one. */
  readonly overtaken: () => boolean;
  /** Hears with which code a socket was refused. */
  readonly refused: (code: string) => void;
};

const whole = (data: RawData): Uint8Array =>
  data instanceof ArrayBuffer ? new Uint8Array(data) : Array.isArray(data) ? Buffer.concat(data) : data;

/** Speaks with one device (NODE8 to NODE11) until its socket closes. */
export const serveDevice = (socket: WebSocket, options: DeviceSocketOptions): void => {
  const { clock, device, seat } = options;
  const { meeting } = seat;
  const inOrder = serial();
  // What waits for the host, or for counterparts, holds up nothing else.
  const [asks, wants] = [serial(), serial()];
  const allowed = pace(clock, 200, 50);
  const nonce = new Uint8Array(randomBytes(32));
  const mandate = mandateHash(device.mandate);
  /** `gone`: closed by the other end. What a proven device said before is carried out all the same. */
  let state: 'asked' | 'proving' | 'proven' | 'gone' | 'closed' = 'asked';
  let leave: ((how: Parting) => void) | null = null;

  const refuse = (refusal: Refusal) => {
    if (state === 'closed') return;
    state = 'closed';
    options.refused(refusal.code);
    closeWith(socket, refusal);
  };
  const send = (message: NodeToDevice) => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(encode(message));
    if (socket.bufferedAmount > MOST_WAITING) refuse(new Refusal('door.slow-reader'));
  };
  const refusedAct = (act: Bytes | null, { code, detail }: Refusal) =>
    send({ kind: 'refused', act, code, detail: detail.slice(0, 400) });

  const prove = async (given: Extract<DeviceToNode, { kind: 'prove' }>): Promise<undefined | Refusal> => {
    if (!equal(given.device, device.key)) return new Refusal('door.other-device');
    const proof = encode({ origin: options.origin, meeting: device.meeting, seat: device.seat, nonce });
    if (!(await verify(given.device, 'device-proof', proof, given.sig))) return new Refusal('door.forged');
    const { certificate } = device;
    const chain = { certificate, mandate: device.mandate };
    const { relay, roots } = options;
    const now = clock.now();
    send({ kind: 'agreed', sheet: seat.signedSheet, roots, chain, now, relay: relay && relayAccess(relay, now) });
    if (relay)
      stopRenewing = every(clock, RENEW_MS, async () =>
        send({ kind: 'relay', access: relayAccess(relay, clock.now()) }),
      );
    options.proven();
    silent();
    const parted = await meeting.attend({ seat: device.seat, device: device.key, send });
    // It may have closed in the meantime.
    if (socket.readyState === socket.OPEN) leave = parted;
    else parted('gone');
    return undefined;
  };

  const hear = async (message: DeviceToNode): Promise<void> => {
    if (state === 'closed') return;
    if (state === 'asked') {
      if (message.kind !== 'prove') return refuse(new Refusal('door.silent'));
      state = 'proving';
      const refusal = await prove(message);
      if (refusal) return refuse(refusal);
      if (state === 'proving') state = socket.readyState === socket.OPEN ? 'proven' : 'gone';
      return;
    }
    switch (message.kind) {
      case 'prove':
        return refuse(new Refusal('door.forged', 'a second proof'));
      case 'submit': {
        const { act, blobs } = message;
        const submit = async () => {
          const refusal = await meeting.submit(act, blobs, mandate);
          if (refusal) refusedAct(hash('act', act), refusal);
        };
        const opened = openAct(act);
        if (!(opened instanceof Refusal) && isRestriction(opened.inner.action)) return beside(submit());
        // Nobody is there any more to be given something.
        return beside(asks(async () => (state === 'proven' ? submit() : undefined)));
      }
      case 'pass':
        return beside(
          meeting.pass(message.message).then((refusal) => {
            if (refusal) refusedAct(null, refusal);
          }),
        );
      case 'beat':
        return send({ kind: 'beat' });
      case 'want':
        return beside(
          wants(async () => {
            if (state === 'proven') send({ kind: 'blob', hash: message.hash, bytes: await meeting.blob(message.hash) });
          }),
        );
    }
  };
  /** Work that goes on beside the words which follow; what breaks in it closes the socket. */
  const beside = (work: Promise<unknown>): void => {
    void work.catch((error: unknown) => {
      closeWith(socket, new Refusal('node.broken'));
      throw error;
    });
  };

  const silent = clock.after(PROVE_WITHIN_MS, () => {
    if (state !== 'proven') refuse(new Refusal('door.silent'));
  });
  let stopRenewing = () => {};
  let heardAt = clock.elapsed();
  let stopPinging = () => {};
  const ping = () => {
    if (clock.elapsed() - heardAt > IDLE_MS) return refuse(new Refusal('door.idle'));
    socket.ping();
    stopPinging = clock.after(PING_MS, ping);
  };
  stopPinging = clock.after(PING_MS, ping);

  socket.on('pong', () => {
    heardAt = clock.elapsed();
  });
  socket.on('message', (data, binary) => {
    heardAt = clock.elapsed();
    if (state === 'closed') return;
    if (!allowed()) return refuse(new Refusal('door.too-many'));
    const message = binary ? decode(deviceToNode, whole(data), MESSAGE_LIMIT) : new Refusal('bytes.malformed', 'text');
    if (message instanceof Refusal) return refuse(message);
    beside(inOrder(() => hear(message)));
  });
  socket.once('error', () => socket.terminate()); // a frame too long, or no WebSocket
  socket.once('close', (code) => {
    // Its proof may be under way still.
    if (state === 'proven') state = 'gone';
    else if (state === 'asked') state = 'closed';
    silent();
    stopPinging();
    stopRenewing();
    leave?.(GOES.has(code) || options.overtaken() ? 'closed' : 'gone');
  });
  send({ kind: 'challenge', nonce, meeting: device.meeting });
};
