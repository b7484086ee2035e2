import type { MediaFacts } from './media/facts.ts';

/** Since when each receiving pipe decodes nothing new. */
export type Stillness = ReadonlyMap<number, { readonly frames: number; readonly sinceMs: number }>;

/** The stillness after new facts. */
export const observe = (stillness: Stillness, facts: MediaFacts): Stillness =>
  new Map(
    facts.pipes
      .filter(({ direction, media }) => direction === 'receive' && media === 'video')
      .map(({ pipe, frames }) => {
        const before = stillness.get(pipe);
        return [pipe, before && before.frames === frames ? before : { frames, sinceMs: facts.atMs }];
      }),
  );

/** How long a pipe's picture stood still at the time of the newest facts, in ms. */
export const stillFor = (stillness: Stillness, pipe: number, nowMs: number): number => {
  const known = stillness.get(pipe);
  return known ? Math.max(0, nowMs - known.sinceMs) : 0;
};
