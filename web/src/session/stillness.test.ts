import { expect, test } from 'vitest';
import type { MediaFacts } from './media/facts.ts';
import type { Carried } from './pictures.ts';
import { observe, silentFor, soundAloneFor, stillFor, unobserved } from './stillness.ts';

const carried: Carried = {
  pipe: 4,
  binding: 1,
  seating: 7,
  media: 'video',
  proof: 'proven',
  sinceMs: 0,
  bound: true,
};
const sound: Carried = { ...carried, pipe: 5, media: 'audio' };
const pictures = new Map([
  [4, carried],
  [5, sound],
]);
const yes = () => true;
/** Frames decoded and arrived of the picture (null: its pipe is gone), and whether sound comes. */
const factsAt = (atMs: number, frames: number | null, sealedIn = frames, heard = true): MediaFacts =>
  ({
    atMs,
    legs: [],
    pipes: [
      ...(frames === null ? [] : [{ pipe: 4, direction: 'receive', media: 'video', frames, sealedIn }]),
      ...(heard ? [{ pipe: 5, direction: 'receive', media: 'audio', frames: 0, sealedIn: 0 }] : []),
    ],
  }) as unknown as MediaFacts; // what is not observed is not there

test('A picture is still since its last new frame, and silent since one arrived', () => {
  const playing = observe(observe(unobserved, factsAt(0, 1), pictures, yes), factsAt(1_000, 9), pictures, yes);
  expect([stillFor(playing, 4, 1_000), silentFor(playing, 4, 1_000)]).toEqual([0, 0]);
  const still = observe(playing, factsAt(3_000, 9, 20), pictures, yes);
  expect([stillFor(still, 4, 3_000), silentFor(still, 4, 3_000)]).toEqual([2_000, 0]);
  const silent = observe(still, factsAt(4_000, 9, 20), pictures, yes);
  expect([stillFor(silent, 4, 4_000), silentFor(silent, 4, 4_000)]).toEqual([3_000, 1_000]);
});

test('Of a camera that was switched off no picture is waited for, and from its beginning anew', () => {
  const off = observe(observe(unobserved, factsAt(0, 9), pictures, yes), factsAt(8_000, 9), pictures, () => false);
  expect(stillFor(off, 4, 8_000)).toBe(0);
  const on = observe(off, factsAt(9_000, 9), pictures, yes);
  expect([stillFor(on, 4, 9_000), silentFor(on, 4, 9_000)]).toEqual([1_000, 1_000]);
});

test('Sound is alone since it comes without a picture that was there', () => {
  const both = observe(unobserved, factsAt(0, 1), pictures, yes);
  expect(soundAloneFor(observe(both, factsAt(2_000, null), pictures, yes), 7, 2_000)).toBe(2_000);
  // A new connection brings the sound first.
  const none = observe(both, factsAt(5_000, null, null, false), pictures, yes);
  const first = observe(none, factsAt(6_000, null), pictures, yes);
  expect(soundAloneFor(first, 7, 6_400)).toBe(400);
  expect(soundAloneFor(observe(unobserved, factsAt(0, null), pictures, yes), 7, 9_000)).toBe(0);
});
