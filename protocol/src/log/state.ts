import { type Bytes, equal, toHex } from '../bytes/index.ts';
import { chairAt, firstPast, lastNumber, momentAt, type Past, stoodUnder, wasRemoved } from './past.ts';
import type { AgreedSeat, Sheet } from './sheet.ts';

/** One taking of a seat; named by the sequence number of the entry that admitted it. */
export type Seating = {
  readonly id: number;
  readonly seat: AgreedSeat;
  /** Fingerprint of its delegation's root, in hexadecimal. */
  readonly root: string;
  readonly mandate: Bytes;
  readonly device: Bytes;
  readonly keyPackage: Bytes;
  readonly frameKey: Bytes;
};

/** Somebody whom the call sheet does not name and who asks to come in; named by the number of the entry that says so. */
export type Knock = Pick<Seating, 'id' | 'seat' | 'root' | 'mandate' | 'device'> & {
  /** Delegations whose chair has said yes, by root. */
  readonly allowed: ReadonlySet<string>;
};

/** Why a delegation is done with the meeting: its chair agreed to close it, or the last of its people left. */
export type Done = 'agreed' | 'left';

/** What the log says of a circle. */
export type CircleState = {
  readonly generation: number;
  readonly epoch: number;
  /** Seatings up to this place are admitted to the group, as far as they have not ended. */
  readonly upTo: number;
  readonly authenticator: Bytes;
  /** Seatings that the group's leaves stand for, rising. */
  readonly members: readonly number[];
};

/** Position in the log and hash of the entry there (of the call sheet at 0). */
export type Head = { readonly seq: number; readonly head: Bytes };

/** A meeting, as all entries up to `head` made it. */
export type State = {
  readonly sheet: Sheet;
  readonly head: Head;
  /** Host's time of the newest entry. */
  readonly time: number;
  /** Who is seated, by number, in the order of admission. */
  readonly seatings: ReadonlyMap<number, Seating>;
  /** Place of the newest entry that ended a seating; 0 when none did. */
  readonly ended: number;
  readonly table: CircleState | null;
  /** Who has knocked and was not turned away, by number. */
  readonly knocks: ReadonlyMap<number, Knock>;
  /** Delegations that are done with the meeting, by root. */
  readonly done: ReadonlyMap<string, Done>;
  /** Place of the entry at which the meeting ended, because all were done; 0 while it goes on. */
  readonly closed: number;
  /** Every entry's head, actor and seating: `headAt`, `seatingAt`. */
  readonly past: Past;
};

/** The state before the first entry. */
export const begin = (sheet: Sheet): State => ({
  sheet,
  head: { seq: 0, head: sheet.hash },
  time: 0,
  seatings: new Map(),
  ended: 0,
  table: null,
  knocks: new Map(),
  done: new Map(),
  closed: 0,
  past: firstPast(sheet.hash),
});

/** Seatings that stand and were admitted at or before `upTo` (all unless told), in the order of admission. */
export const roster = (state: State, upTo = state.head.seq): readonly number[] =>
  [...state.seatings.keys()].filter((seating) => seating <= upTo);

/** The head at a place of the log (the call sheet's hash at 0); undefined where nothing stands yet. */
export const headAt = (state: State, seq: number): Bytes | undefined => momentAt(state.past, seq)?.head;

/** A seating, standing or ended, by its number; null where that entry admitted nobody or does not stand yet. */
export const seatingAt = (state: State, id: number): Seating | null => momentAt(state.past, id)?.seating ?? null;

/** The seating that stood under a mandate after the entry at a place (as things are, unless told); null: none did. */
export const standingUnder = (state: State, mandate: Bytes, seq = state.head.seq): Seating | null => {
  if (seq !== state.head.seq) return stoodUnder(state.past, mandate, seq) ?? null;
  for (const seating of state.seatings.values()) if (equal(seating.mandate, mandate)) return seating;
  return null;
};

/** Whether every delegation's chair has let somebody in who knocked: they may sit from then on. */
export const isLetIn = ({ sheet }: State, { allowed }: Knock): boolean =>
  sheet.delegations.every(({ root }) => allowed.has(toHex(root)));

/**
 * The seat of a delegation's chair after the entry at a place (as things are, unless told): the first that the call
 * sheet names for it, press aside, until it is handed on or taken. Undefined where the sheet names none.
 */
export const chairOf = (state: State, root: string, seq = state.head.seq): string | undefined =>
  chairAt(state.past, root, seq) ??
  state.sheet.seats.find((seat) => seat.role !== 'press' && toHex(seat.root) === root)?.id;

/** Whether a mandate was removed: nobody sits under it any more. */
export const isRemoved = (state: State, mandate: Bytes): boolean => wasRemoved(state.past, mandate);

/** The highest number of an actor's permissions (`actorName`) so far; 0 when there is none. */
export const numberOf = (state: State, actor: string): number => lastNumber(state.past, actor);
