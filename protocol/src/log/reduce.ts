import { Refusal } from '../bytes/index.ts';
import { actorName } from './act.ts';
import type { VerifiedEntry } from './entry.ts';
import { type Effect, judge } from './judge.ts';
import { roster, type State } from './state.ts';

const REMEMBERED_HEADS = 256;

/**
 * The next state, or the refusal that `judge` gives: the same on every node and device. The entry must have been
 * verified against this very state.
 */
export const reduce = (state: State, { entry, act }: VerifiedEntry): State | Refusal => {
  const effect = judge(state, act);
  if (effect instanceof Refusal) return effect;
  const head = { seq: entry.seq, head: entry.head };
  const recent = [...(state.recent.length < REMEMBERED_HEADS ? state.recent : state.recent.slice(1)), head];
  const actors = new Map(state.actors).set(actorName(act.by), act.n);
  return enact({ ...state, head, time: entry.time, recent, actors }, effect);
};

const enact = (state: State, effect: Effect): State => {
  if (effect.kind === 'circle') {
    const { table } = effect;
    return { ...state, table, rosters: new Map([...state.rosters].filter(([seq]) => seq >= table.upTo)) };
  }
  const seatings = new Map(state.seatings);
  for (const ended of effect.ends) seatings.delete(ended);
  const { seq } = state.head;
  if (effect.kind === 'seat') seatings.set(seq, { id: seq, ...effect.seating });
  const next = { ...state, seatings };
  return { ...next, rosters: new Map(state.rosters).set(seq, roster(next)) };
};
