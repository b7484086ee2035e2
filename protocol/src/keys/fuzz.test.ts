import { expect, test } from 'vitest';
import { fuzz } from './trial/fuzz.ts';
import { seedOfRun } from './trial/random.ts';

const seed = seedOfRun();
console.info(`fuzz of keys: PARLEY_SEED=${seed}`);

test('[KEYS19] 60,000 mutated messages: none crashes, none is accepted that its writer did not write', {
  timeout: 180_000,
}, async () => {
  await expect(fuzz(seed, 60_000, 20)).resolves.toBeUndefined();
});
