import { type Bytes, equal, isWeak, Refusal, toHex } from '../bytes/index.ts';
import { type Act, type Action, actingSeating, actorName, isRestriction } from './act.ts';
import { wasUsed } from './past.ts';
import {
  type CircleState,
  headAt,
  isRemoved,
  numberOf,
  roster,
  type Seating,
  type State,
  seatingAt,
  standingUnder,
} from './state.ts';

/** What an entry changes. */
export type Effect =
  | { readonly kind: 'seat'; readonly seating: Omit<Seating, 'id'>; readonly ends: readonly number[] }
  | { readonly kind: 'end'; readonly ends: readonly number[]; readonly removed: Bytes | null }
  | { readonly kind: 'circle'; readonly table: CircleState };

/**
 * Decides what a verified act may do in a state: the host before it orders, everybody before they believe.
 * Refuses `act.sequence` (a permission whose number is not above its actor's last), `act.fork` (it saw a head that this
 * log does not have), and by action the codes of ADMIT, CIRCLE and RESTRICT in SPEC.md.
 */
export const judge = (state: State, act: Act): Effect | Refusal => {
  if (!isRestriction(act.action) && act.n <= numberOf(state, actorName(act.by)))
    return new Refusal('act.sequence', `${act.n}`);
  const seen = headAt(state, act.saw.seq);
  if (!seen || !equal(seen, act.saw.head)) return new Refusal('act.fork', `${act.saw.seq}`);
  const { action } = act;
  switch (action.kind) {
    case 'sit':
      return judgeSit(state, act);
    case 'found':
      return judgeFound(state, act, action);
    case 'commit':
      return judgeCommit(state, act, action);
    case 'leave':
    case 'remove':
    case 'lost':
      return judgeEnd(state, act, action);
  }
};

/**
 * Decides a restriction that came directly, outside the log: which seatings it ends here and now, just as when it is
 * ordered. Refuses `restrict.not-direct` for any other act, and what `judge` refuses.
 */
export const judgeDirect = (state: State, act: Act): readonly number[] | Refusal => {
  const effect = isRestriction(act.action) ? judge(state, act) : null;
  if (effect instanceof Refusal) return effect;
  return effect?.kind === 'end' ? effect.ends : new Refusal('restrict.not-direct', act.action.kind);
};

/**
 * Which seatings a restriction ends now that was taken directly before: none while whoever it removes has left, since
 * they may come back before the log holds it; null once it is done with.
 */
export const stillEnds = (state: State, act: Act): readonly number[] | null => {
  const ends = judgeDirect(state, act);
  if (!(ends instanceof Refusal)) return ends;
  const named = act.action.kind === 'remove' ? seatingAt(state, act.action.seating) : null;
  return named && !isRemoved(state, named.mandate) ? [] : null;
};

/**
 * Whether a restriction says more of a seating than what ended it already, however often that is signed anew: a
 * removal also bars the mandate, which neither leaving nor a lost line does.
 */
export const outweighs = (act: Act, before: Act | undefined): boolean =>
  before === undefined || (act.action.kind === 'remove' && before.action.kind !== 'remove');

const judgeSit = (state: State, act: Act): Effect | Refusal => {
  const { mandate, action } = act;
  if (!mandate || action.kind !== 'sit') return new Refusal('act.unknown-actor', 'no mandate shown');
  const agreed = state.sheet.seats.find((seat) => seat.id === mandate.seat);
  if (
    !agreed ||
    !equal(agreed.root, mandate.root) ||
    agreed.role !== mandate.role ||
    agreed.name !== mandate.name ||
    agreed.function !== mandate.function
  )
    return new Refusal('admit.not-agreed', mandate.seat);
  if (agreed.role === 'press') return new Refusal('admit.press', mandate.seat);
  const ends: number[] = [];
  for (const seating of state.seatings.values()) {
    const sameDevice = equal(seating.device, mandate.device);
    const sameSeat = seating.seat.id === agreed.id;
    if (sameDevice && sameSeat) ends.push(seating.id);
    else if (sameDevice) return new Refusal('admit.device-seated', seating.seat.id);
    else if (sameSeat) return new Refusal('admit.seat-taken', agreed.id);
  }
  if (isWeak(action.frameKey)) return new Refusal('admit.weak-key', agreed.id);
  // Keys of seatings that ended, too: their private frame keys were given to the table.
  if (wasUsed(state.past, action.frameKey) || wasUsed(state.past, action.keyPackage))
    return new Refusal('admit.key-reused', agreed.id);
  if (isRemoved(state, mandate.hash)) return new Refusal('admit.removed', agreed.id);
  const { device, hash: mandateHash } = mandate;
  const { keyPackage, frameKey } = action;
  const seating = { seat: agreed, root: act.root, mandate: mandateHash, device, keyPackage, frameKey };
  return { kind: 'seat', seating, ends };
};

const judgeFound = (state: State, act: Act, action: Extract<Action, { kind: 'found' }>): Effect | Refusal => {
  const own = actingSeating(state, act);
  if (!own) return new Refusal('circle.not-member', actorName(act.by));
  const { table } = state;
  if (table?.members.some((member) => state.seatings.has(member)))
    return new Refusal('circle.stands', `generation ${table.generation}`);
  if (action.generation !== (table?.generation ?? 0) + 1)
    return new Refusal('circle.generation', `${action.generation}`);
  return {
    kind: 'circle',
    table: {
      generation: action.generation,
      epoch: 0,
      upTo: own.id,
      authenticator: action.authenticator,
      members: [own.id],
    },
  };
};

const judgeCommit = (state: State, act: Act, action: Extract<Action, { kind: 'commit' }>): Effect | Refusal => {
  const own = actingSeating(state, act);
  const { table } = state;
  if (!table || action.generation !== table.generation) return new Refusal('circle.generation', `${action.generation}`);
  if (!own || !table.members.includes(own.id)) return new Refusal('circle.not-member', actorName(act.by));
  if (action.epoch !== table.epoch) return new Refusal('circle.epoch', `${action.epoch} at ${table.epoch}`);
  // Whoever ended after it was made would be given the new epoch's keys.
  if (action.ended !== state.ended) return new Refusal('circle.ended', `${action.ended} at ${state.ended}`);
  if (action.upTo < table.upTo || action.upTo > act.saw.seq) return new Refusal('circle.up-to', `${action.upTo}`);
  const members = roster(state, action.upTo);
  const adds = members.some((member) => !table.members.includes(member));
  if (adds !== (action.welcome !== null)) return new Refusal('circle.welcome', adds ? 'missing' : 'needless');
  const { generation, epoch } = table;
  const { upTo, authenticator } = action;
  return { kind: 'circle', table: { generation, epoch: epoch + 1, upTo, authenticator, members } };
};

const judgeEnd = (
  state: State,
  act: Act,
  action: Extract<Action, { kind: 'leave' | 'remove' | 'lost' }>,
): Effect | Refusal => {
  const named = seatingAt(state, action.seating);
  // Sitting down anew, even in the host's grace, does not wash a removal away.
  const target =
    named && action.kind === 'remove' ? standingUnder(state, named.mandate) : state.seatings.get(action.seating);
  // What it could not see it cannot take away.
  if (!target || action.seating > act.saw.seq) return new Refusal('restrict.not-seated', `${action.seating}`);
  const own = actingSeating(state, act);
  const may = {
    leave: own?.id === target.id,
    remove: own?.seat.role === 'principal' && own.root === target.root,
    lost: act.by.kind === 'node' && toHex(act.by.root) === target.root,
  };
  const removed = action.kind === 'remove' ? target.mandate : null;
  return may[action.kind]
    ? { kind: 'end', ends: [target.id], removed }
    : new Refusal('restrict.not-yours', `${action.seating}`);
};
