import { type Ledger, roster, type Seating } from '../log/index.ts';

/** What the table's keys lack against the log. */
export type Due =
  /** No group, or none of its members is left: somebody founds the next generation. */
  | { readonly kind: 'found'; readonly generation: number; readonly turn: readonly number[] }
  /** The group and the roster at `upTo` differ: a member commits. */
  | {
      readonly kind: 'commit';
      readonly generation: number;
      readonly epoch: number;
      readonly upTo: number;
      readonly add: readonly Seating[];
      readonly remove: readonly number[];
      readonly turn: readonly number[];
    };

/**
 * What must be done next for the table's keys, and by whom: the first of `turn`; after each second without it, the
 * next as well. Admissions count once settled; restrictions as soon as they are ordered. `null`: nothing is due.
 */
export const due = (ledger: Ledger): Due | null => {
  const { state, settled } = ledger;
  const { table } = state;
  const living = table?.members.filter((member) => state.seatings.has(member)) ?? [];
  if (!table || living.length === 0) {
    const turn = roster(state).filter((seating) => settled.seatings.has(seating));
    return turn.length === 0 ? null : { kind: 'found', generation: (table?.generation ?? 0) + 1, turn };
  }
  const upTo = enactable(ledger);
  const members = state.rosters.get(upTo) ?? [];
  const add = members.flatMap((member) => {
    const seating = state.seatings.get(member);
    return seating && !table.members.includes(member) ? [seating] : [];
  });
  const remove = table.members.filter((member) => !members.includes(member));
  if (add.length + remove.length === 0) return null;
  const { generation, epoch } = table;
  return { kind: 'commit', generation, epoch, upTo, add, remove, turn: living };
};

/** The newest roster whose admissions are all settled. */
const enactable = ({ state, settled }: Ledger): number => {
  let newest = state.table?.upTo ?? 0;
  for (const [seq, members] of state.rosters)
    if (
      seq > newest &&
      members.every((member) => settled.seatings.has(member) || state.table?.members.includes(member))
    )
      newest = seq;
  return newest;
};
