import { type Bytes, equal, toHex } from '../bytes/index.ts';
import type { Seating } from './state.ts';

/** What one entry left behind for good. */
export type Moment = {
  readonly head: Bytes;
  readonly time: number;
  /** Who acted (`actorName`), with the number of the act; null for a restriction, whose number says nothing. */
  readonly numbered: { readonly actor: string; readonly n: number } | null;
  /** The seating that it began, and the numbers of those that it ended. */
  readonly seating: Seating | null;
  readonly ends: readonly number[];
  /** The mandate that it removed from the table for good. */
  readonly removed: Bytes | null;
  /** Seatings to which it gave the table's keys, and the chair that it moved. */
  readonly keyed: readonly number[];
  readonly chair: { readonly root: string; readonly seat: string } | null;
};

/** A moment that changes nothing but what it is told to. */
export const momentOf = (given: Partial<Moment> & Pick<Moment, 'head' | 'time'>): Moment => ({
  numbered: null,
  seating: null,
  ends: [],
  removed: null,
  keyed: [],
  chair: null,
  ...given,
});

/** One growing trail, shared by all states along a log: each sees no further than its own length. */
type Trail = {
  readonly moments: Moment[];
  /** Places of an actor's numbered acts, rising. */
  readonly acts: Map<string, number[]>;
  /** Every seating, rising, and the place at which it ended. */
  readonly seatings: Seating[];
  readonly ends: Map<number, number>;
  /** Place at which a mandate (hex) was removed. */
  readonly removals: Map<string, number>;
  /** Place at which a frame key or the hash of a KeyPackage first stood. */
  readonly keys: Map<string, number>;
  /** Place at which a seating was first given the table's keys. */
  readonly keyed: Map<number, number>;
  /** Where a delegation's chair moved, and to which seat, rising. */
  readonly chairs: Map<string, { readonly at: number; readonly seat: string }[]>;
};

/** All entries before a place; the call sheet stands at 0. Grows in constant time, and never changes. */
export type Past = { readonly trail: Trail; readonly length: number };

const keysOf = ({ seating }: Moment): readonly string[] =>
  seating ? [toHex(seating.frameKey), toHex(seating.keyPackage)] : [];

const lengthen = (trail: Trail, moment: Moment): void => {
  const seq = trail.moments.push(moment) - 1;
  const { numbered, seating, ends, removed, keyed, chair } = moment;
  const acts = numbered && trail.acts.get(numbered.actor);
  if (acts) acts.push(seq);
  else if (numbered) trail.acts.set(numbered.actor, [seq]);
  if (seating) trail.seatings.push(seating);
  for (const ended of ends) trail.ends.set(ended, seq);
  if (removed) trail.removals.set(toHex(removed), seq);
  for (const key of keysOf(moment)) if (!trail.keys.has(key)) trail.keys.set(key, seq);
  for (const id of keyed) if (!trail.keyed.has(id)) trail.keyed.set(id, seq);
  const chairs = chair && trail.chairs.get(chair.root);
  if (chairs) chairs.push({ at: seq, seat: chair.seat });
  else if (chair) trail.chairs.set(chair.root, [{ at: seq, seat: chair.seat }]);
};

const trailOf = (moments: readonly Moment[]): Trail => {
  const trail: Trail = {
    moments: [],
    acts: new Map(),
    seatings: [],
    ends: new Map(),
    removals: new Map(),
    keys: new Map(),
    keyed: new Map(),
    chairs: new Map(),
  };
  for (const moment of moments) lengthen(trail, moment);
  return trail;
};

/** The past of an empty log: its call sheet. */
export const firstPast = (sheetHash: Bytes): Past => ({
  trail: trailOf([momentOf({ head: sheetHash, time: 0 })]),
  length: 1,
});

/** The past with one more entry. Where another was put there already, the trail is copied. */
export const remember = ({ trail, length }: Past, moment: Moment): Past => {
  const own = trail.moments.length === length ? trail : trailOf(trail.moments.slice(0, length));
  lengthen(own, moment);
  return { trail: own, length: length + 1 };
};

/** What stands at a place; undefined where nothing does yet. */
export const momentAt = ({ trail, length }: Past, seq: number): Moment | undefined =>
  seq < length ? trail.moments[seq] : undefined;

/** The highest number of an actor's numbered acts; 0 when there is none. */
export const lastNumber = ({ trail, length }: Past, actor: string): number => {
  const seq = trail.acts.get(actor)?.findLast((at) => at < length);
  return seq === undefined ? 0 : (trail.moments[seq]?.numbered?.n ?? 0);
};

/** The seating that stood under a mandate after the entry at a place; undefined where none did. */
export const stoodUnder = ({ trail, length }: Past, mandate: Bytes, seq: number): Seating | undefined => {
  if (seq >= length) return undefined;
  const last = trail.seatings.findLast((one) => one.id <= seq && equal(one.mandate, mandate));
  return last && (trail.ends.get(last.id) ?? length) > seq ? last : undefined;
};

/** Whether a mandate was removed from the table. */
export const wasRemoved = ({ trail, length }: Past, mandate: Bytes): boolean =>
  (trail.removals.get(toHex(mandate)) ?? length) < length;

/** Whether a frame key, or the hash of a KeyPackage, ever stood in this log. */
export const wasUsed = ({ trail, length }: Past, key: Bytes): boolean =>
  (trail.keys.get(toHex(key)) ?? length) < length;

/** Whether a seating had been given the table's keys after the entry at a place. */
export const wasKeyed = ({ trail, length }: Past, seating: number, seq: number): boolean =>
  (trail.keyed.get(seating) ?? length) <= Math.min(seq, length - 1);

/** The seat to which a delegation's chair had moved after the entry at a place; undefined where it never did. */
export const chairAt = ({ trail, length }: Past, root: string, seq: number): string | undefined =>
  trail.chairs.get(root)?.findLast(({ at }) => at <= Math.min(seq, length - 1))?.seat;
