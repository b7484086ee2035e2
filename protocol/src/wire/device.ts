import { bool, bytes, type Decoded, list, nullable, record, text, uint, variant } from '../bytes/index.ts';
import { mandateChain, rootKeys, seatId } from '../identity/index.ts';
import * as limit from './limits.ts';

/** What a device says to its node over its socket. */
export const deviceToNode = variant({
  /** Answer to `challenge`: a signature (purpose `device-proof`) over `deviceProof`. */
  prove: { device: bytes(32), sig: bytes(64) },
  /** An act for the host, with the blobs that it names. */
  submit: { act: limit.act, blobs: limit.blobs },
  /** A passing message for everybody seated. */
  pass: { message: limit.message },
  /** Asks for a blob by its hash. */
  want: { hash: limit.hash32 },
  /** Asks whether the node is there. */
  beat: {},
});
export type DeviceToNode = Decoded<typeof deviceToNode>;

const relay = record({ urls: list(text(256), 4), username: text(128), credential: text(128), until: uint() });

/** Access to one's own relay (TURN) until a time (ms), over which alone a device reaches the SFUs of counterparts. */
export type RelayAccess = Decoded<typeof relay>;

/** What a node says to its device. */
export const nodeToDevice = variant({
  /** First word on the socket. */
  challenge: { nonce: bytes(32), meeting: bytes(16) },
  /** The device is known: what was agreed, which roots are pinned, and its mandate. Nothing of who is there. */
  agreed: {
    sheet: limit.sheet,
    roots: list(rootKeys, 8),
    chain: mandateChain,
    now: uint(),
    /** null: this delegation has no relay. */
    relay: nullable(relay),
  },
  /** A newer access to the relay. */
  relay: { access: relay },
  /** Part of the log, oldest first; only to a device whose admission is settled. `more`: another part follows. */
  log: { entries: limit.entries, countersignatures: limit.countersignatures, more: bool },
  /** A new entry, stored by this node; `blobs` beside it. */
  entry: { entry: limit.entry, blobs: limit.blobs, countersignatures: limit.countersignatures },
  countersigned: { countersignature: limit.countersignature },
  /** A restriction that came directly: it acts now. */
  restricted: { act: limit.act },
  passed: { message: limit.message },
  blob: { hash: limit.hash32, bytes: nullable(limit.blob) },
  /** The answer "no" to an act, by its hash, or to anything else. */
  refused: { act: nullable(limit.hash32), code: text(64), detail: text(400, 0) },
  /** What came of this device's own knock: all that it learns before it is let in. */
  knocking: {
    answer: variant({ waiting: {}, in: {}, denied: { root: limit.hash32, reason: text(200) }, ended: {} }),
  },
  /** It is there. */
  beat: {},
  /** Whether the host's node is reached. */
  host: { reached: bool },
  /** Something that must hold does not. */
  stopped: { code: text(64), detail: text(400, 0) },
});
export type NodeToDevice = Decoded<typeof nodeToDevice>;

/** What a device signs to prove itself: bound to the origin it was served from, meeting, seat and nonce. */
export const deviceProof = record({ origin: text(256), meeting: bytes(16), seat: seatId, nonce: bytes(32) });

/** What a device signs to redeem a one-time link (purpose `link`). */
export const linkProof = record({ origin: text(256), seat: seatId, secret: bytes(32) });

/** Body of `POST …/redeem`: the link's secret, the device's public key, and its signature over `linkProof`. */
export const linkRedemption = record({ secret: bytes(32), device: bytes(32), sig: bytes(64) });
