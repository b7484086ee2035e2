import { randomOf, seedFrom } from '@parley/protocol/testing';
import { expect, test } from 'vitest';
import { killNodes } from './killing.ts';

const first = seedFrom(process.env.PARLEY_SEED);

test('[LOG9] a hundred kills with -9, in ten runs: nothing that was told is lost, nothing is signed twice', async () => {
  for (let n = 0; n < 10; n += 1) {
    const seed = first + n;
    const { wrong, entries } = await killNodes(randomOf(seed), 10);
    console.info(`ten kills (PARLEY_SEED=${seed}): ${entries} entries`);
    expect(wrong).toEqual([]);
  }
});
