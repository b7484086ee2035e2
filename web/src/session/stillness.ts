import type { MediaFacts } from './media/facts.ts';
import type { Pictures } from './pictures.ts';

/** Since when nothing new comes, by the clock of the facts. */
export type Stillness = {
  /** Of each receiving pipe of a picture: how much it has decoded, and since when. */
  readonly pipes: ReadonlyMap<number, { readonly frames: number; readonly sinceMs: number }>;
  /** When the picture of each seating was last there. */
  readonly seen: ReadonlyMap<number, number>;
};

/** Nothing observed yet. */
export const unobserved: Stillness = { pipes: new Map(), seen: new Map() };

/** The stillness after new facts. */
export const observe = (stillness: Stillness, facts: MediaFacts, pictures: Pictures): Stillness => {
  const receiving = facts.pipes.filter(({ direction, media }) => direction === 'receive' && media === 'video');
  const pipes = new Map(
    receiving.map(({ pipe, frames }) => {
      const before = stillness.pipes.get(pipe);
      return [pipe, before && before.frames === frames ? before : { frames, sinceMs: facts.atMs }];
    }),
  );
  const there = receiving.flatMap(({ pipe }) => pictures.get(pipe)?.seating ?? []);
  return { pipes, seen: new Map([...stillness.seen, ...there.map((seating) => [seating, facts.atMs] as const)]) };
};

/** How long a pipe's picture stood still at the time of the newest facts, in ms. */
export const stillFor = (stillness: Stillness, pipe: number, nowMs: number): number => {
  const known = stillness.pipes.get(pipe);
  return known ? Math.max(0, nowMs - known.sinceMs) : 0;
};

/** How long ago a seating's picture was there last, in ms; null where it never was. */
export const awayFor = (stillness: Stillness, seating: number, nowMs: number): number | null => {
  const seen = stillness.seen.get(seating);
  return seen === undefined ? null : Math.max(0, nowMs - seen);
};
