import { Refusal, toHex } from '../bytes/index.ts';
import { actorName, isRestriction } from './act.ts';
import type { Effect } from './effect.ts';
import type { VerifiedEntry } from './entry.ts';
import { judge } from './judge.ts';
import { momentOf, remember } from './past.ts';
import type { Done, Knock, Seating, State } from './state.ts';

/**
 * The next state, or the refusal that `judge` gives: the same on every node and device. The entry must have been
 * verified against this very state.
 */
export const reduce = (state: State, { entry, act }: VerifiedEntry): State | Refusal => {
  const effect = judge(state, act);
  if (effect instanceof Refusal) return effect;
  const { seq, head, time } = entry;
  const seating: Seating | null = effect.kind === 'seat' ? { id: seq, ...effect.seating } : null;
  const done = doneAfter(state, effect);
  // When all are done, whoever sits or knocks still does so no more.
  const closes = state.sheet.delegations.every(({ root }) => done.has(toHex(root)));
  const ends = closes ? [...state.seatings.keys(), ...state.knocks.keys()] : 'ends' in effect ? effect.ends : [];
  const past = remember(
    state.past,
    momentOf({
      head,
      time,
      numbered: isRestriction(act.action) ? null : { actor: actorName(act.by), n: act.n },
      seating,
      ends,
      removed: effect.kind === 'end' ? effect.removed : null,
      keyed: effect.kind === 'circle' ? effect.table.members : [],
      chair: effect.kind === 'chair' ? effect : null,
    }),
  );
  const seatings = without(state.seatings, ends);
  if (seating) seatings.set(seq, seating);
  return {
    ...state,
    head: { seq, head },
    time,
    past,
    done,
    seatings,
    knocks: knocksAfter(state, effect, seq, ends),
    ended: ends.some((id) => state.seatings.has(id)) ? seq : state.ended,
    table: effect.kind === 'circle' ? effect.table : state.table,
    closed: closes ? seq : 0,
  };
};

const without = <T>(map: ReadonlyMap<number, T>, ended: readonly number[]): Map<number, T> => {
  const rest = new Map(map);
  for (const id of ended) rest.delete(id);
  return rest;
};

const knocksAfter = (state: State, effect: Effect, seq: number, ends: readonly number[]): State['knocks'] => {
  const knocks = without<Knock>(state.knocks, ends);
  if (effect.kind === 'knock') knocks.set(seq, { id: seq, ...effect.knock });
  if (effect.kind === 'allow') knocks.set(effect.knock.id, effect.knock);
  return knocks;
};

/** Which delegations are done: the last of its people left or was removed; whoever sits again is not. */
const doneAfter = (state: State, effect: Effect): State['done'] => {
  if (effect.kind === 'done') return effect.done;
  const done = new Map<string, Done>(state.done);
  if (effect.kind === 'seat' && done.get(effect.seating.root) === 'left') done.delete(effect.seating.root);
  if (effect.kind !== 'end' || effect.lost) return done;
  const staying = new Set([...without(state.seatings, effect.ends).values()].map(({ root }) => root));
  for (const id of effect.ends) {
    const root = state.seatings.get(id)?.root;
    if (root !== undefined && !staying.has(root)) done.set(root, 'left');
  }
  return done;
};
