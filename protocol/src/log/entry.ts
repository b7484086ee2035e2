import {
  type Bytes,
  bytes,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  hash,
  Refusal,
  record,
  type Signer,
  sign,
  toHex,
  uint,
  within,
} from '../bytes/index.ts';
import { type Check, checkOf, firstRefusal } from '../identity/index.ts';
import { type Act, claimAct } from './act.ts';
import type { Sheet } from './sheet.ts';
import { headAt, type State } from './state.ts';

const body = record({
  v: exactly(1),
  meeting: bytes(16),
  seq: uint(),
  prev: bytes(32),
  time: uint(),
  act: within(12_480),
});

/** One ordered act: its place, the head before it, the host's time, and the act's own signed bytes. */
export type Entry = Decoded<typeof body> & { readonly head: Bytes; readonly bytes: Bytes };

/** An entry whose act is known to be its actor's. */
export type VerifiedEntry = { readonly entry: Entry; readonly act: Act };

/** Puts an act at the next place of a log (the host). */
export const placeAct = (state: State, act: Bytes, time: number): Entry => {
  const order = {
    v: 1 as const,
    meeting: state.sheet.meeting,
    seq: state.head.seq + 1,
    prev: state.head.head,
    time,
    act,
  };
  const encoded = encode(order);
  return { ...order, head: hash('entry', encoded), bytes: encoded };
};

/** Decodes an entry without believing it. */
export const openEntry = (given: Bytes): Entry | Refusal => {
  const order = decode(body, given);
  return order instanceof Refusal ? order : { ...order, head: hash('entry', given), bytes: given };
};

/** An entry that is in its place, whose act's signatures still have to be checked. */
export type ClaimedEntry = { readonly verified: VerifiedEntry; readonly checks: readonly Check[] };

/**
 * Reads an entry that follows a state: refuses `log.meeting`, `log.gap` (a later place), `log.replay` (a place
 * already taken, by the same entry), `log.fork` (by another, or after another head), `log.time` (before its
 * predecessor), `log.expired` (when an issuing key of the call sheet is not valid); and what `claimAct` refuses, at
 * the entry's time.
 */
export const claimEntry = (state: State, entry: Entry): ClaimedEntry | Refusal => {
  const misplaced = placeOf(state, entry);
  if (misplaced) return misplaced;
  const claimed = claimAct(state, entry.act, entry.time);
  if (claimed instanceof Refusal) return claimed;
  return { verified: { entry, act: claimed.act }, checks: claimed.checks };
};

/** Verifies that an entry follows a state: refuses what `claimEntry` and its checks refuse. */
export const verifyEntry = async (state: State, entry: Entry): Promise<VerifiedEntry | Refusal> => {
  const claimed = claimEntry(state, entry);
  if (claimed instanceof Refusal) return claimed;
  return (await firstRefusal(claimed.checks)) ?? claimed.verified;
};

const placeOf = (state: State, entry: Entry): Refusal | null => {
  const { seq, time } = entry;
  if (!equal(entry.meeting, state.sheet.meeting)) return new Refusal('log.meeting', toHex(entry.meeting));
  if (seq > state.head.seq + 1) return new Refusal('log.gap', `${seq} after ${state.head.seq}`);
  if (seq <= state.head.seq) {
    const held = headAt(state, seq);
    return new Refusal(held && equal(held, entry.head) ? 'log.replay' : 'log.fork', `${seq}`);
  }
  if (!equal(entry.prev, state.head.head)) return new Refusal('log.fork', `${seq}`);
  if (time < state.time) return new Refusal('log.time', `${seq}`);
  const { from, until } = state.sheet.issued;
  return time < from || time >= until ? new Refusal('log.expired', `${seq}`) : null;
};

const countersignedBody = record({
  v: exactly(1),
  meeting: bytes(16),
  seq: uint(),
  head: bytes(32),
  time: uint(),
  serial: uint(),
});
const countersignature = record({ body: within(256), root: bytes(32), sig: bytes(64) });

/** A node's word for a head and all before it, with its own revocation serial. The host's is what orders. */
export type Countersignature = Decoded<typeof countersignedBody> & { readonly root: string; readonly bytes: Bytes };

/** Countersigns an entry with a node's issuing key. */
export const countersign = async (
  by: { readonly root: Bytes; readonly signer: Signer; readonly serial: number },
  entry: Entry,
): Promise<Bytes> => {
  const { meeting, seq, head, time } = entry;
  const message = encode({ v: 1, meeting, seq, head, time, serial: by.serial });
  return encode({ body: message, root: by.root, sig: await sign(by.signer, 'countersignature', message) });
};

/** A countersignature whose signature still has to be checked. */
export type ClaimedCountersignature = { readonly countersignature: Countersignature; readonly check: Check };

/** Reads a countersignature under the call sheet's issuing keys: refuses `log.countersignature`, as its check does. */
export const claimCountersignature = (sheet: Sheet, given: Bytes): ClaimedCountersignature | Refusal => {
  const outer = decode(countersignature, given, 512);
  if (outer instanceof Refusal) return outer;
  const inner = decode(countersignedBody, outer.body);
  if (inner instanceof Refusal) return inner;
  const root = toHex(outer.root);
  const issuer = sheet.issuers.get(root);
  if (!issuer || !equal(inner.meeting, sheet.meeting)) return new Refusal('log.countersignature', root);
  const own = { key: issuer.key, purpose: 'countersignature' as const, message: outer.body, signature: outer.sig };
  return {
    countersignature: { ...inner, root, bytes: given },
    check: checkOf(own, 'log.countersignature', root),
  };
};

/** Verifies a countersignature: refuses `log.countersignature` where it does not stand. */
export const verifyCountersignature = async (sheet: Sheet, given: Bytes): Promise<Countersignature | Refusal> => {
  const claimed = claimCountersignature(sheet, given);
  if (claimed instanceof Refusal) return claimed;
  return (await claimed.check()) ?? claimed.countersignature;
};

/** Most that the host's time may differ from a countersigner's, in milliseconds. */
const MOST_SKEW = 120_000;

/** Whether a countersigner may accept the host's time: `log.skew` where it differs by more than two minutes. */
export const judgeTime = (entry: Entry, now: number): Refusal | null =>
  Math.abs(entry.time - now) > MOST_SKEW ? new Refusal('log.skew', `${entry.time - now} ms`) : null;
