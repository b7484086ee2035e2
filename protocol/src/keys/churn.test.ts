import { expect, test, vi } from 'vitest';
import { SUITE } from './index.ts';
import { churn } from './trial/churn.ts';
import { seedOfRun } from './trial/random.ts';
import { CLASSIC } from './trial/table.ts';

vi.mock('ts-mls', async (original) => {
  const library = await original<typeof import('ts-mls')>();
  const { quick } = await import('./trial/quick.ts');
  const getCiphersuiteImpl: typeof library.getCiphersuiteImpl = async (...args) =>
    quick(await library.getCiphersuiteImpl(...args));
  return { ...library, getCiphersuiteImpl };
});

const seed = seedOfRun();
console.info(`churn: PARLEY_SEED=${seed}`);

test('[KEYS14] 100 commits under X-Wing, up to 50 members: all members agree after each', {
  timeout: 540_000,
}, async () => {
  await expect(churn(seed, 100, SUITE, { usual: 4, crowd: 50, crowds: 1 })).resolves.toBeUndefined();
});

test('[KEYS14] 1,000 commits under a classic suite, up to 50 members: all members agree after each', {
  timeout: 540_000,
}, async () => {
  await expect(churn(seed, 1_000, CLASSIC, { usual: 4, crowd: 50, crowds: 4 })).resolves.toBeUndefined();
});
