import { type Bytes, equal } from '@parley/protocol/bytes';
import type { AgreedSeat, State, VerifiedEntry } from '@parley/protocol/log';

/** What an entry of the log says of somebody, as it is told to those who sit. */
export type Happening = {
  readonly kind:
    | 'sat'
    | 'sat-elsewhere'
    | 'knocked'
    | 'turned-away'
    | 'presides'
    | 'wants-end'
    | 'goes-on'
    | 'left'
    | 'removed'
    | 'lost';
  readonly seat: AgreedSeat;
};

/** What an entry tells, which led from one state to the next; null where that is nothing for people. */
export const happeningOf = ({ act, entry }: VerifiedEntry, before: State, after: State): Happening | null => {
  const { action, by } = act;
  const of = (kind: Happening['kind'], seat: AgreedSeat | undefined) => (seat ? { kind, seat } : null);
  const actor = by.kind === 'device' ? sittingUnder(before, by.mandate)?.seat : undefined;
  switch (action.kind) {
    case 'sit': {
      const now = after.seatings.get(entry.seq);
      const other = now && [...before.seatings.values()].find(({ seat }) => seat.id === now.seat.id);
      return of(other && !equal(other.device, now.device) ? 'sat-elsewhere' : 'sat', now?.seat);
    }
    case 'knock':
      return of('knocked', after.knocks.get(entry.seq)?.seat);
    case 'deny':
      return of('turned-away', before.knocks.get(action.knock)?.seat);
    case 'hand':
      return of('presides', after.seatings.get(action.seating)?.seat);
    case 'preside':
      return of('presides', actor);
    case 'close':
      return of(action.agreed ? 'wants-end' : 'goes-on', actor);
    case 'leave':
    case 'remove':
    case 'lost':
      return of(ENDS[action.kind], before.seatings.get(action.seating)?.seat);
    case 'allow':
    case 'found':
    case 'commit':
      return null;
  }
};

const ENDS = { leave: 'left', remove: 'removed', lost: 'lost' } as const;

const sittingUnder = ({ seatings }: State, mandate: Bytes) =>
  [...seatings.values()].find((one) => equal(one.mandate, mandate));
