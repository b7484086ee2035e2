import { Refusal, toHex } from '../bytes/index.ts';
import { type Act, type Action, actingSeating, actorName, isRestriction } from './act.ts';
import type { Effect } from './effect.ts';
import { chairOf, type Done, type Seating, type State } from './state.ts';

/** The seating from which an act decides for its delegation (CHAIR1); refuses `chair.not-chair`. */
export const presiding = (state: State, act: Act): Seating | Refusal => {
  const own = actingSeating(state, act);
  const at = isRestriction(act.action) ? act.saw.seq : state.head.seq;
  return own && chairOf(state, own.root, at) === own.seat.id ? own : new Refusal('chair.not-chair', actorName(act.by));
};

/** A chair hands over within its delegation (CHAIR2). */
export const judgeHand = (state: State, act: Act, action: Extract<Action, { kind: 'hand' }>): Effect | Refusal => {
  const own = presiding(state, act);
  if (own instanceof Refusal) return own;
  const next = state.seatings.get(action.seating);
  return next && next.root === own.root && next.id !== own.id && isAgreed(state, next)
    ? { kind: 'chair', root: own.root, seat: next.seat.id }
    : new Refusal('chair.not-seated', `${action.seating}`);
};

/** The next of a delegation takes the chair while nobody sits in it (CHAIR3). */
export const judgePreside = (state: State, act: Act): Effect | Refusal => {
  const own = actingSeating(state, act);
  if (!own) return new Refusal('chair.not-seated', actorName(act.by));
  const chair = chairOf(state, own.root);
  const there = new Set([...state.seatings.values()].map(({ seat }) => seat.id));
  if (chair !== undefined && there.has(chair)) return new Refusal('chair.present', chair);
  const next = state.sheet.seats.find(({ id, root }) => toHex(root) === own.root && there.has(id));
  return next?.id === own.seat.id
    ? { kind: 'chair', root: own.root, seat: own.seat.id }
    : new Refusal('chair.not-next', own.seat.id);
};

/** A chair agrees to close the meeting, or takes that back (CLOSE1). */
export const judgeClose = (state: State, act: Act, action: Extract<Action, { kind: 'close' }>): Effect | Refusal => {
  const own = presiding(state, act);
  if (own instanceof Refusal) return own;
  const done = new Map<string, Done>(state.done);
  if (action.agreed) done.set(own.root, 'agreed');
  else done.delete(own.root);
  return { kind: 'done', done };
};

/** Whether somebody sits whom the call sheet names: not one who was let in. */
const isAgreed = ({ sheet }: State, { seat }: Seating): boolean => sheet.seats.some(({ id }) => id === seat.id);
