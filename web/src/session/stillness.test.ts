import { expect, test } from 'vitest';
import type { MediaFacts } from './media/facts.ts';
import type { Carried } from './pictures.ts';
import { awayFor, observe, stillFor, unobserved } from './stillness.ts';

const carried: Carried = {
  pipe: 4,
  binding: 1,
  seating: 7,
  media: 'video',
  proof: 'proven',
  sinceMs: 0,
  bound: true,
};
const pictures = new Map([[4, carried]]);
const factsAt = (atMs: number, frames: number | null): MediaFacts =>
  ({
    atMs,
    legs: [],
    pipes: frames === null ? [] : [{ pipe: 4, direction: 'receive', media: 'video', frames }],
  }) as unknown as MediaFacts; // what is not observed is not there

test('A picture is still since its last new frame, and away since it was there last', () => {
  const playing = observe(observe(unobserved, factsAt(0, 1), pictures), factsAt(1_000, 9), pictures);
  expect([stillFor(playing, 4, 1_000), awayFor(playing, 7, 1_000)]).toEqual([0, 0]);
  const still = observe(playing, factsAt(3_000, 9), pictures);
  expect([stillFor(still, 4, 3_000), awayFor(still, 7, 3_000)]).toEqual([2_000, 0]);
  const gone = observe(still, factsAt(4_500, null), pictures);
  expect([stillFor(gone, 4, 4_500), awayFor(gone, 7, 4_500)]).toEqual([0, 1_500]);
});

test('What was never there is not away, and what nobody is known to carry is nobody’s', () => {
  expect(awayFor(observe(unobserved, factsAt(0, 1), new Map()), 7, 900)).toBeNull();
});
