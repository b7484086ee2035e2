import { randomOf, seedFrom } from '@parley/protocol/testing';
import { expect, test } from 'vitest';
import { killNodes } from './killing.ts';

const seed = seedFrom(process.env.PARLEY_SEED);

test(`[LOG9] ten times a node is killed with -9 while people sit and leave: nothing that was told is lost, nothing is signed twice (PARLEY_SEED=${seed})`, async () => {
  const { wrong, entries, countersignatures } = await killNodes(randomOf(seed), 10);
  expect(wrong).toEqual([]);
  expect(entries).toBeGreaterThan(10);
  expect(countersignatures).toBeGreaterThan(10);
}, 180_000);
