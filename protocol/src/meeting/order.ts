import { type Bytes, Refusal } from '../bytes/index.ts';
import { append, type Ledger, placeAct, type VerifiedEntry, verifyEntry } from '../log/index.ts';

/** An act at its place, and the ledger with it. */
export type Ordered = { readonly verified: VerifiedEntry; readonly ledger: Ledger };

/**
 * The host's decision on an act: an entry at the next place with the host's time (never before its predecessor's),
 * or the refusal that everybody else would give. `now` in ms.
 */
export const order = async (ledger: Ledger, given: Bytes, now: number): Promise<Ordered | Refusal> => {
  const { state } = ledger;
  const verified = await verifyEntry(state, placeAct(state, given, Math.max(now, state.time)));
  if (verified instanceof Refusal) return verified;
  const next = append(ledger, verified);
  return next instanceof Refusal ? next : { verified, ledger: next };
};
