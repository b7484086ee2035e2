import { type Bytes, toHex } from '../bytes/index.ts';
import type { Seating } from './state.ts';

/** What one entry left behind for good. */
export type Moment = {
  readonly head: Bytes;
  readonly time: number;
  /** Who acted (`actorName`), with the number of the act. */
  readonly actor: string;
  readonly n: number;
  /** The seating that it began. */
  readonly seating: Seating | null;
};

/** One growing trail, shared by all states along a log: each sees no further than its own length. */
type Trail = {
  readonly moments: Moment[];
  /** Places at which an actor acted, rising. */
  readonly acts: Map<string, number[]>;
  /** Place at which a frame key or the hash of a KeyPackage first stood. */
  readonly keys: Map<string, number>;
};

/** All entries before a place; the call sheet stands at 0. Grows in constant time, and never changes. */
export type Past = { readonly trail: Trail; readonly length: number };

const keysOf = ({ seating }: Moment): readonly string[] =>
  seating ? [toHex(seating.frameKey), toHex(seating.keyPackage)] : [];

const lengthen = (trail: Trail, moment: Moment): void => {
  const seq = trail.moments.push(moment) - 1;
  const acts = trail.acts.get(moment.actor);
  if (acts) acts.push(seq);
  else trail.acts.set(moment.actor, [seq]);
  for (const key of keysOf(moment)) if (!trail.keys.has(key)) trail.keys.set(key, seq);
};

const trailOf = (moments: readonly Moment[]): Trail => {
  const trail: Trail = { moments: [], acts: new Map(), keys: new Map() };
  for (const moment of moments) lengthen(trail, moment);
  return trail;
};

/** The past of an empty log: its call sheet. */
export const firstPast = (sheetHash: Bytes): Past => ({
  trail: trailOf([{ head: sheetHash, time: 0, actor: '', n: 0, seating: null }]),
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

/** The highest number of an actor's acts; 0 when it never acted. */
export const lastNumber = ({ trail, length }: Past, actor: string): number => {
  const seq = trail.acts.get(actor)?.findLast((at) => at < length);
  return seq === undefined ? 0 : (trail.moments[seq]?.n ?? 0);
};

/** Whether a frame key, or the hash of a KeyPackage, ever stood in this log. */
export const wasUsed = ({ trail, length }: Past, key: Bytes): boolean =>
  (trail.keys.get(toHex(key)) ?? length) < length;
