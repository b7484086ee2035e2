import type { Bytes } from '../bytes/index.ts';
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

/** What the log says of a circle. */
export type CircleState = {
  readonly generation: number;
  readonly epoch: number;
  /** The last roster entry that the group enacts. */
  readonly upTo: number;
  readonly authenticator: Bytes;
  /** Seatings that the group's leaves stand for at `upTo`. */
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
  readonly seatings: ReadonlyMap<number, Seating>;
  /** Highest sequence number of each actor. */
  readonly actors: ReadonlyMap<string, number>;
  readonly table: CircleState | null;
  /** Rosters since the one that the table enacts: by the entry that made them. */
  readonly rosters: ReadonlyMap<number, readonly number[]>;
  /** The newest heads, oldest first; an act must have seen one of them. */
  readonly recent: readonly Head[];
};

/** The state before the first entry. */
export const begin = (sheet: Sheet): State => {
  const head = { seq: 0, head: sheet.hash };
  return {
    sheet,
    head,
    time: 0,
    seatings: new Map(),
    actors: new Map(),
    table: null,
    rosters: new Map([[0, []]]),
    recent: [head],
  };
};

/** Seatings at the newest roster, in order of their admission. */
export const roster = (state: State): readonly number[] => [...state.seatings.keys()];
