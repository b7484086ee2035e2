import { equal, Refusal } from '../bytes/index.ts';
import { type Act, actorName, isRestriction } from './act.ts';
import { judgeAllow, judgeKnock, judgeSit } from './admission.ts';
import { judgeClose, judgeHand, judgePreside } from './chair.ts';
import { judgeCommit, judgeFound } from './circle.ts';
import type { Effect } from './effect.ts';
import { judgeDeny, judgeEnd } from './ending.ts';
import { headAt, isRemoved, numberOf, type State, seatingAt } from './state.ts';

/**
 * Decides what a verified act may do in a state: the host before it orders, everybody before they believe.
 * Refuses `close.ended` (the meeting is over), `act.sequence` (a permission whose number is not above its actor's last),
 * `act.fork` (it saw a head that this log does not have), and by action the codes of ADMIT, KNOCK, CHAIR, CLOSE, CIRCLE
 * and RESTRICT in SPEC.md.
 */
export const judge = (state: State, act: Act): Effect | Refusal => {
  if (state.closed > 0) return new Refusal('close.ended', `${state.closed}`);
  if (!isRestriction(act.action) && act.n <= numberOf(state, actorName(act.by)))
    return new Refusal('act.sequence', `${act.n}`);
  const seen = headAt(state, act.saw.seq);
  if (!seen || !equal(seen, act.saw.head)) return new Refusal('act.fork', `${act.saw.seq}`);
  const { action } = act;
  switch (action.kind) {
    case 'sit':
      return judgeSit(state, act, action);
    case 'knock':
      return judgeKnock(state, act);
    case 'allow':
      return judgeAllow(state, act, action);
    case 'hand':
      return judgeHand(state, act, action);
    case 'preside':
      return judgePreside(state, act);
    case 'close':
      return judgeClose(state, act, action);
    case 'found':
      return judgeFound(state, act, action);
    case 'commit':
      return judgeCommit(state, act, action);
    case 'leave':
    case 'remove':
    case 'lost':
      return judgeEnd(state, act, action);
    case 'deny':
      return judgeDeny(state, act, action);
  }
};

/**
 * Decides a restriction that came directly, outside the log: which seatings and knocks it ends here and now, just as when it
 * is ordered. Refuses `restrict.not-direct` for any other act, and what `judge` refuses.
 */
export const judgeDirect = (state: State, act: Act): readonly number[] | Refusal => {
  const effect = isRestriction(act.action) ? judge(state, act) : null;
  if (effect instanceof Refusal) return effect;
  return effect?.kind === 'end' ? effect.ends : new Refusal('restrict.not-direct', act.action.kind);
};

/**
 * What a restriction ends now that was taken directly before: none while whoever it removes has left, since
 * they may come back before the log holds it; null once it is done with.
 */
export const stillEnds = (state: State, act: Act): readonly number[] | null => {
  const ends = judgeDirect(state, act);
  if (!(ends instanceof Refusal)) return ends;
  if (state.closed > 0) return null;
  const named = act.action.kind === 'remove' ? seatingAt(state, act.action.seating) : null;
  return named && !isRemoved(state, named.mandate) ? [] : null;
};

/**
 * Whether a restriction says more of a seating than what ended it already, however often that is signed anew: a
 * removal also bars the mandate, which neither leaving nor a lost line does.
 */
export const outweighs = (act: Act, before: Act | undefined): boolean =>
  before === undefined || (act.action.kind === 'remove' && before.action.kind !== 'remove');
