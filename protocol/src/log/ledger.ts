import { type Bytes, equal, Refusal, toHex } from '../bytes/index.ts';
import { type Countersignature, type VerifiedEntry, verifyCountersignature } from './entry.ts';
import { reduce } from './reduce.ts';
import type { Sheet } from './sheet.ts';
import { begin, type State } from './state.ts';

/** An entry that still lacks countersignatures, with the state that it makes and the delegations it needs. */
type Open = { readonly state: State; readonly needs: readonly string[] };

/** Two heads at one place under one key: proof against whoever signed both. */
export type Equivocation = { readonly root: string; readonly seq: number; readonly proof: readonly [Bytes, Bytes] };

/**
 * A log as somebody holds it: `state` after all ordered entries, `settled` after those that every delegation
 * that must countersign did countersign. Restrictions act from `state`, permissions from `settled`.
 */
export type Ledger = {
  readonly state: State;
  readonly settled: State;
  readonly open: readonly Open[];
  /** Newest countersignature of each delegation, by root. */
  readonly tally: ReadonlyMap<string, Countersignature>;
};

/** The ledger of a meeting that has no entries. */
export const openLedger = (sheet: Sheet): Ledger => {
  const state = begin(sheet);
  return { state, settled: state, open: [], tally: new Map() };
};

/** Delegations that must countersign an entry: host, actor's, and whoever had someone seated before it. */
const needed = (before: State, { act }: VerifiedEntry): readonly string[] => [
  ...new Set([toHex(before.sheet.host), act.root, ...Array.from(before.seatings.values(), (seating) => seating.root)]),
];

/** Appends a verified entry; refuses what `reduce` refuses. */
export const append = (ledger: Ledger, verified: VerifiedEntry): Ledger | Refusal => {
  const state = reduce(ledger.state, verified);
  if (state instanceof Refusal) return state;
  const open = [...ledger.open, { state, needs: needed(ledger.state, verified) }];
  return settle({ ...ledger, state, open });
};

/**
 * Takes a verified countersignature. Refuses `log.ahead` (of a head not held yet: keep it and ask for entries) and
 * `log.fork` (another head than the one held at that place: everything stops).
 */
export const take = (ledger: Ledger, given: Countersignature): Ledger | Refusal => {
  if (given.seq > ledger.state.head.seq) return new Refusal('log.ahead', `${given.seq}`);
  const held = ledger.state.recent.find((head) => head.seq === given.seq);
  if (held && !equal(held.head, given.head)) return new Refusal('log.fork', `${given.seq} by ${given.root}`);
  const newest = ledger.tally.get(given.root);
  if (!held || (newest && newest.seq >= given.seq)) return ledger;
  return settle({ ...ledger, tally: new Map(ledger.tally).set(given.root, given) });
};

const settle = (ledger: Ledger): Ledger => {
  let { settled } = ledger;
  let n = 0;
  for (const { state, needs } of ledger.open) {
    if (!needs.every((root) => (ledger.tally.get(root)?.seq ?? 0) >= state.head.seq)) break;
    settled = state;
    n += 1;
  }
  return n === 0 ? ledger : { ...ledger, settled, open: ledger.open.slice(n) };
};

/**
 * Checks that two countersignatures prove an equivocation: one delegation, one meeting, one place, two heads, both
 * signatures standing. Anyone can check it with the call sheet alone. Refuses `log.no-equivocation`.
 */
export const proveEquivocation = async (sheet: Sheet, first: Bytes, second: Bytes): Promise<Equivocation | Refusal> => {
  const [a, b] = await Promise.all([verifyCountersignature(sheet, first), verifyCountersignature(sheet, second)]);
  if (a instanceof Refusal) return a;
  if (b instanceof Refusal) return b;
  if (a.root !== b.root || a.seq !== b.seq || equal(a.head, b.head))
    return new Refusal('log.no-equivocation', `${a.seq}, ${b.seq}`);
  return { root: a.root, seq: a.seq, proof: [first, second] };
};
