import { equal, isWeak, Refusal } from '../bytes/index.ts';
import type { Mandate } from '../identity/index.ts';
import { type Act, type Action, actorName } from './act.ts';
import { presiding } from './chair.ts';
import type { Effect } from './effect.ts';
import { wasUsed } from './past.ts';
import type { AgreedSeat } from './sheet.ts';
import { isLetIn, isRemoved, type State } from './state.ts';

/** Knocks of one delegation that stand at once. */
const MOST_KNOCKS = 8;

/** Whether somebody may take a seat: one of the call sheet, or one that every chair let in (ADMIT). */
export const judgeSit = (state: State, act: Act, action: Extract<Action, { kind: 'sit' }>): Effect | Refusal => {
  const { mandate } = act;
  if (!mandate) return new Refusal('act.unknown-actor', actorName(act.by));
  const agreed = agreedSeat(state, mandate);
  if (!agreed) return new Refusal('admit.not-agreed', mandate.seat);
  if (agreed.role === 'press') return new Refusal('admit.press', mandate.seat);
  const ends: number[] = [];
  for (const seating of state.seatings.values()) {
    const sameDevice = equal(seating.device, mandate.device);
    const sameSeat = seating.seat.id === agreed.id;
    if (sameSeat && (sameDevice || action.takesOver)) ends.push(seating.id);
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

/** Whether somebody may knock whom the call sheet does not name (KNOCK1). */
export const judgeKnock = (state: State, act: Act): Effect | Refusal => {
  const { mandate, root } = act;
  if (!mandate) return new Refusal('act.unknown-actor', actorName(act.by));
  const seat = seatOf(mandate);
  if (state.sheet.seats.some(({ id }) => id === seat.id))
    return new Refusal(agreedSeat(state, mandate) ? 'knock.agreed' : 'admit.not-agreed', seat.id);
  if (seat.role === 'press') return new Refusal('admit.press', seat.id);
  const standing = [...state.knocks.values()];
  const before = standing.find((knock) => knock.seat.id === seat.id);
  const seated = [...state.seatings.values()].some((one) => one.seat.id === seat.id);
  if (seated || (before && before.root !== root)) return new Refusal('admit.seat-taken', seat.id);
  if (before && equal(before.mandate, mandate.hash)) return new Refusal('knock.stands', seat.id);
  if (!before && standing.filter((knock) => knock.root === root).length >= MOST_KNOCKS)
    return new Refusal('knock.too-many', root);
  if (isRemoved(state, mandate.hash)) return new Refusal('admit.removed', seat.id);
  const knock = { seat, root, mandate: mandate.hash, device: mandate.device, allowed: new Set<string>() };
  return { kind: 'knock', knock, ends: before ? [before.id] : [] };
};

/** Whether a chair's yes counts (KNOCK2). */
export const judgeAllow = (state: State, act: Act, action: Extract<Action, { kind: 'allow' }>): Effect | Refusal => {
  const own = presiding(state, act);
  if (own instanceof Refusal) return own;
  const knock = state.knocks.get(action.knock);
  if (!knock) return new Refusal('knock.unknown', `${action.knock}`);
  if (knock.allowed.has(own.root)) return new Refusal('knock.answered', `${action.knock}`);
  return { kind: 'allow', knock: { ...knock, allowed: new Set([...knock.allowed, own.root]) } };
};

const seatOf = ({ seat: id, root, role, name, function: what }: Mandate): AgreedSeat => ({
  id,
  root,
  role,
  name,
  function: what,
});

/** The seat that a mandate opens, word for word. */
const agreedSeat = (state: State, mandate: Mandate): AgreedSeat | null => {
  const seat = seatOf(mandate);
  const agreed = state.sheet.seats.find(({ id }) => id === seat.id);
  if (agreed) return isSame(agreed, seat) ? agreed : null;
  for (const knock of state.knocks.values())
    if (equal(knock.mandate, mandate.hash) && isLetIn(state, knock)) return knock.seat;
  return null;
};

const isSame = (one: AgreedSeat, other: AgreedSeat): boolean =>
  equal(one.root, other.root) && one.role === other.role && one.name === other.name && one.function === other.function;
