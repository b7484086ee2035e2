import { type Ledger, roster, type Seating } from '../log/index.ts';

/** What the table's keys lack against the log. */
export type Due =
  /** No group, or none of its members is left: somebody founds the next generation. */
  | { readonly kind: 'found'; readonly generation: number; readonly turn: readonly number[] }
  /** The group differs from who is seated: a member commits. */
  | {
      readonly kind: 'commit';
      readonly generation: number;
      readonly epoch: number;
      /** Admissions up to this place, all of them settled, ... */
      readonly upTo: number;
      /** ... and endings up to this one, settled or not, are what the commit enacts. */
      readonly ended: number;
      /** The roster that it makes, rising. */
      readonly members: readonly number[];
      readonly add: readonly Seating[];
      readonly remove: readonly number[];
      readonly turn: readonly number[];
    };

/**
 * What must be done next for the table's keys, and by whom: the first of `turn`; after each second without it, the
 * next as well. Admissions count once settled; endings as soon as they are ordered. `null`: nothing is due.
 */
export const due = ({ state, settled }: Ledger): Due | null => {
  const { table, ended } = state;
  const turn = table?.members.filter((member) => state.seatings.has(member)) ?? [];
  if (!table || turn.length === 0) {
    const founders = roster(state, settled.head.seq);
    return founders.length === 0 ? null : { kind: 'found', generation: (table?.generation ?? 0) + 1, turn: founders };
  }
  const upTo = Math.max(table.upTo, settled.head.seq);
  const members = roster(state, upTo);
  const add = members.flatMap((member) => {
    const seating = state.seatings.get(member);
    return seating && !table.members.includes(member) ? [seating] : [];
  });
  const remove = table.members.filter((member) => !state.seatings.has(member));
  if (add.length + remove.length === 0) return null;
  const { generation, epoch } = table;
  return { kind: 'commit', generation, epoch, upTo, ended, members, add, remove, turn };
};
