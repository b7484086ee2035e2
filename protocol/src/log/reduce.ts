import { Refusal } from '../bytes/index.ts';
import { actorName, isRestriction } from './act.ts';
import type { VerifiedEntry } from './entry.ts';
import { judge } from './judge.ts';
import { remember } from './past.ts';
import type { Seating, State } from './state.ts';

/**
 * The next state, or the refusal that `judge` gives: the same on every node and device. The entry must have been
 * verified against this very state.
 */
export const reduce = (state: State, { entry, act }: VerifiedEntry): State | Refusal => {
  const effect = judge(state, act);
  if (effect instanceof Refusal) return effect;
  const { seq, head, time } = entry;
  const seating: Seating | null = effect.kind === 'seat' ? { id: seq, ...effect.seating } : null;
  const ends = effect.kind === 'circle' ? [] : effect.ends;
  const numbered = isRestriction(act.action) ? null : { actor: actorName(act.by), n: act.n };
  const removed = effect.kind === 'end' ? effect.removed : null;
  const past = remember(state.past, { head, time, numbered, seating, ends, removed });
  const next = { ...state, head: { seq, head }, time, past };
  if (effect.kind === 'circle') return { ...next, table: effect.table };
  const seatings = new Map(state.seatings);
  for (const ended of ends) seatings.delete(ended);
  if (seating) seatings.set(seq, seating);
  return { ...next, seatings, ended: ends.length > 0 ? seq : state.ended };
};
