import { type Bytes, equal, Refusal, toHex } from '../bytes/index.ts';
import { isRestriction } from './act.ts';
import { type Countersignature, type Entry, judgeTime, type VerifiedEntry, verifyCountersignature } from './entry.ts';
import { momentAt } from './past.ts';
import { reduce } from './reduce.ts';
import type { Sheet } from './sheet.ts';
import { begin, type State } from './state.ts';

/** An entry that still lacks countersignatures, with the state that it makes and the delegations it needs. */
type Open = { readonly state: State; readonly needs: readonly string[] };

/**
 * Entries that are open, oldest first. Their trail is shared by all ledgers along a log, each of which sees no further
 * than its own length: so one more costs the same, however many there are.
 */
type OpenEntries = { readonly trail: Open[]; readonly length: number };

const none = (): OpenEntries => ({ trail: [], length: 0 });

const listed = ({ trail, length }: OpenEntries): readonly Open[] => trail.slice(0, length);

const listOf = (entries: readonly Open[]): OpenEntries => ({ trail: [...entries], length: entries.length });

const withOne = (open: OpenEntries, one: Open): OpenEntries => {
  const trail = open.trail.length === open.length ? open.trail : [...listed(open)];
  trail.push(one);
  return { trail, length: open.length + 1 };
};

/** Two heads at one place under one key: proof against whoever signed both. */
export type Equivocation = { readonly root: string; readonly seq: number; readonly proof: readonly [Bytes, Bytes] };

/**
 * A log as somebody holds it: `state` after all ordered entries, `settled` after those that every delegation
 * that must countersign did countersign. Restrictions act from `state`, permissions from `settled`.
 */
export type Ledger = {
  readonly state: State;
  readonly settled: State;
  readonly open: OpenEntries;
  /** Newest countersignature of each delegation, by root. */
  readonly tally: ReadonlyMap<string, Countersignature>;
};

/** The ledger of a meeting that has no entries. */
export const openLedger = (sheet: Sheet): Ledger => {
  const state = begin(sheet);
  return { state, settled: state, open: none(), tally: new Map() };
};

/** Delegations with someone seated, and the host. */
const present = (state: State): Set<string> => {
  const roots = new Set([toHex(state.sheet.host)]);
  for (const seating of state.seatings.values()) roots.add(seating.root);
  return roots;
};

/**
 * The entries that are open after one more: it needs the host, and whoever has someone seated after it. A delegation
 * that has nobody seated any more is needed no longer, for earlier entries neither.
 */
const opened = ({ open }: Ledger, state: State): OpenEntries => {
  const needs = present(state);
  const all = withOne(open, { state, needs: [...needs] });
  const gone = state.ended === state.head.seq && listed(open).some((one) => one.needs.some((root) => !needs.has(root)));
  if (!gone) return all;
  return listOf(listed(all).map((one) => ({ state: one.state, needs: one.needs.filter((root) => needs.has(root)) })));
};

/** Appends a verified entry; refuses what `reduce` refuses. */
export const append = (ledger: Ledger, verified: VerifiedEntry): Ledger | Refusal => {
  const state = reduce(ledger.state, verified);
  if (state instanceof Refusal) return state;
  return settle({ ...ledger, state, open: opened(ledger, state) });
};

/**
 * Takes a verified countersignature. Refuses `log.ahead` (of a head not held yet: keep it and ask for entries),
 * `log.fork` (another head than the one held at that place: everything stops), and `log.countersignature` (of that
 * head, but with another time).
 */
export const take = (ledger: Ledger, given: Countersignature): Ledger | Refusal => {
  const held = momentAt(ledger.state.past, given.seq);
  if (!held) return new Refusal('log.ahead', `${given.seq}`);
  if (!equal(held.head, given.head)) return new Refusal('log.fork', `${given.seq} by ${given.root}`);
  if (held.time !== given.time) return new Refusal('log.countersignature', given.root);
  const newest = ledger.tally.get(given.root);
  if (newest && newest.seq >= given.seq) return ledger;
  return settle({ ...ledger, tally: new Map(ledger.tally).set(given.root, given) });
};

const settle = (ledger: Ledger): Ledger => {
  const { tally, open } = ledger;
  const isSettled = ({ state, needs }: Open) => needs.every((root) => (tally.get(root)?.seq ?? 0) >= state.head.seq);
  let newest: Open | null = null;
  let n = 0;
  for (let one = open.trail[n]; n < open.length && one && isSettled(one); n += 1, one = open.trail[n]) newest = one;
  return newest ? { ...ledger, settled: newest.state, open: listOf(listed(open).slice(n)) } : ledger;
};

/**
 * Whether a node that is not the host may countersign an entry that its ledger holds: `log.not-ordered` until the
 * host has (its word for two logs must be there, to prove it), `log.skew` where the host's time is off. `now` in ms.
 */
export const judgeSigning = ({ state, tally }: Ledger, entry: Entry, now: number): Refusal | null =>
  (tally.get(toHex(state.sheet.host))?.seq ?? 0) < entry.seq
    ? new Refusal('log.not-ordered', `${entry.seq}`)
    : judgeTime(entry, now);

/**
 * Whether an entry that the ledger holds acts yet: what takes something away, and a commit that adds nobody, when
 * it is ordered; everything else when it is settled.
 */
export const acts = ({ settled }: Ledger, { entry, act }: VerifiedEntry): boolean =>
  isRestriction(act.action) ||
  (act.action.kind === 'commit' && act.action.welcome === null) ||
  entry.seq <= settled.head.seq;

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
