import { equal, Refusal, toHex } from '../bytes/index.ts';
import { type Act, type Action, actingSeating } from './act.ts';
import { presiding } from './chair.ts';
import type { Effect } from './effect.ts';
import { wasKeyed } from './past.ts';
import { isLetIn, type State, seatingAt, standingUnder } from './state.ts';

/** Whether a seating may be ended, or a knock whose device is gone (RESTRICT1, RESTRICT2). */
export const judgeEnd = (
  state: State,
  act: Act,
  action: Extract<Action, { kind: 'leave' | 'remove' | 'lost' }>,
): Effect | Refusal => {
  const named = seatingAt(state, action.seating);
  const waiting = state.knocks.get(action.seating);
  // Sitting down anew, even in the host's grace, does not wash a removal away.
  const target =
    named && action.kind === 'remove'
      ? standingUnder(state, named.mandate)
      : (state.seatings.get(action.seating) ??
        (action.kind === 'lost' && waiting && !isLetIn(state, waiting) ? waiting : null));
  // What it could not see it cannot take away.
  if (!target || action.seating > act.saw.seq) return new Refusal('restrict.not-seated', `${action.seating}`);
  const own = actingSeating(state, act);
  const chair = presiding(state, act);
  const may = {
    leave: own?.id === target.id,
    remove: !(chair instanceof Refusal) && chair.root === target.root,
    lost: act.by.kind === 'node' && toHex(act.by.root) === target.root,
  };
  if (!may[action.kind]) return new Refusal('restrict.not-yours', `${action.seating}`);
  if (action.kind === 'lost') return { kind: 'end', ends: [target.id], removed: null, lost: true };
  const removed = action.kind === 'remove' ? target.mandate : null;
  const knocks = [...state.knocks.values()].filter(({ mandate }) => equal(mandate, target.mandate));
  return { kind: 'end', ends: [target.id, ...knocks.map(({ id }) => id)], removed, lost: false };
};

/** Whether a chair may turn somebody away who knocked: until, as it saw things, they had the table's keys (KNOCK4). */
export const judgeDeny = (state: State, act: Act, action: Extract<Action, { kind: 'deny' }>): Effect | Refusal => {
  const knock = state.knocks.get(action.knock);
  if (!knock || action.knock > act.saw.seq) return new Refusal('knock.unknown', `${action.knock}`);
  const chair = presiding(state, act);
  if (chair instanceof Refusal) return chair;
  const seated = standingUnder(state, knock.mandate);
  if (seated && wasKeyed(state.past, seated.id, act.saw.seq)) return new Refusal('knock.keyed', `${action.knock}`);
  return { kind: 'end', ends: seated ? [knock.id, seated.id] : [knock.id], removed: null, lost: false };
};
