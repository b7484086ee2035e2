import { bytes, type Decoded, list, record, text, uint, variant } from '../bytes/index.ts';
import { mandateChain } from '../identity/index.ts';
import { sheetSignature } from '../log/index.ts';
import * as limit from './limits.ts';

/** What one node asks of another. */
export const peerRequest = variant({
  /** To the host: an act, unchanged as the device signed it. */
  submit: { meeting: bytes(16), act: limit.act, blobs: limit.blobs },
  /** From the host: a new entry. */
  entry: {
    meeting: bytes(16),
    entry: limit.entry,
    blobs: limit.blobs,
    countersignatures: limit.countersignatures,
  },
  countersigned: { meeting: bytes(16), countersignature: limit.countersignature },
  /** A restriction, directly to every node. */
  restricted: { meeting: bytes(16), act: limit.act },
  passed: { meeting: bytes(16), message: limit.message },
  /** Asks in which of these meetings something else is held than here (`heldHash`). */
  held: { meetings: list(record({ meeting: bytes(16), held: limit.hash32 }), limit.MEETINGS) },
  /** Asks for what came after a place of the log. */
  since: { meeting: bytes(16), seq: uint() },
  want: { meeting: bytes(16), hash: limit.hash32 },
  /** Asks for a subscriber's access to the SFU, for an agreed seat that its mandate proves. */
  line: { meeting: bytes(16), chain: mandateChain },
  status: {},
  /** Proposes a meeting: the body of its call sheet, and the signature of whoever asks. */
  proposed: { body: limit.plan, signature: sheetSignature },
  /** Agrees to one, by a signature over the same body. */
  agreed: { meeting: bytes(16), sheet: limit.hash32, signature: sheetSignature },
  /** Asks to be told once more of the meetings that both agree on: after a start, something may have been lost. */
  recall: {},
  /** Declines one, or calls it off. */
  withdrawn: { meeting: bytes(16), sheet: limit.hash32, reason: text(400, 0) },
});
export type PeerRequest = Decoded<typeof peerRequest>;

/** The answers. */
export const peerReply = variant({
  done: {},
  refused: { code: text(64), detail: text(400, 0) },
  entry: { entry: limit.entry, countersignatures: limit.countersignatures },
  countersigned: { countersignature: limit.countersignature },
  /** Those of the meetings asked about of which something else, or nothing, is held. */
  other: { meetings: list(bytes(16), limit.MEETINGS) },
  log: { entries: limit.entries, countersignatures: limit.countersignatures },
  blob: { bytes: limit.blob },
  line: { url: text(256), token: text(4096) },
  status: { now: uint(), serial: uint() },
});
export type PeerReply = Decoded<typeof peerReply>;
