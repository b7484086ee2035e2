import { expect, test } from 'vitest';
import { hearEcho, isDeaf } from './echo.ts';

test('A line is deaf when much was sent for three seconds and nothing was said of it', () => {
  const first = hearEcho(undefined, 4, 1_000, 0);
  const still = hearEcho(first, 4, 1_200, 3_500);
  expect(isDeaf(still, 1_200, 2_900)).toBe(false);
  expect(isDeaf(still, 1_200, 3_500)).toBe(true);
  // A muted microphone without a picture sends next to nothing: little is said of it.
  expect(isDeaf(hearEcho(first, 4, 1_040, 9_000), 1_040, 9_000)).toBe(false);
  expect(isDeaf(hearEcho(still, 5, 1_300, 3_600), 1_300, 3_600)).toBe(false);
});
