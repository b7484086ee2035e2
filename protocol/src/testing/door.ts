import { type Bytes, encode, type Plain, Refusal } from '../bytes/index.ts';
import { append, type Ledger, openEntry, type State, verifyEntry } from '../log/index.ts';

/** What an entry says, where a test wants it otherwise than right. */
export type EntryWish = { readonly [field in 'v' | 'meeting' | 'seq' | 'prev' | 'time' | 'act']?: Plain };

/** The bytes of an entry that puts an act after a state, or says otherwise where told. */
export const entryBytes = (state: State, act: Bytes, wish: EntryWish = {}): Bytes => {
  const { meeting, from } = state.sheet;
  const place = { seq: state.head.seq + 1, prev: state.head.head, time: Math.max(from, state.time) };
  return encode({ v: 1, meeting, ...place, act, ...wish });
};

/** An entry's bytes at the door: decoded, verified, judged, added. */
export const enter = async (ledger: Ledger, bytes: Bytes): Promise<Ledger | Refusal> => {
  const entry = openEntry(bytes);
  if (entry instanceof Refusal) return entry;
  const verified = await verifyEntry(ledger.state, entry);
  return verified instanceof Refusal ? verified : append(ledger, verified);
};

/** The code of a refusal, or `granted`. */
export const codeOf = (value: unknown): string => (value instanceof Refusal ? value.code : 'granted');
