import { type Bytes, encode, fromHex, hash } from '../bytes/index.ts';
import type { Ledger } from './ledger.ts';

const made = new WeakMap<Ledger, Bytes>();

/** Names what somebody holds of a log: its newest entry, and the newest countersignature of each delegation (PEER9). */
export const heldHash = (ledger: Ledger): Bytes => {
  const known = made.get(ledger);
  if (known) return known;
  const { state, tally } = ledger;
  const roots = [...tally.keys()].sort();
  const words = roots.map((root) => ({ root: fromHex(root), ...placeOf(tally.get(root) ?? state.head) }));
  const name = hash('held', encode({ ...placeOf(state.head), words }));
  made.set(ledger, name);
  return name;
};

const placeOf = ({ seq, head }: { readonly seq: number; readonly head: Bytes }) => ({ seq, head });
