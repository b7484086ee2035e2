import { expect, test } from 'vitest';
import { fuzzDecoders, fuzzDoors, randomOf, seedFrom, testMeeting, walk } from '../testing/index.ts';
import { begin } from './index.ts';

const seed = seedFrom(process.env.PARLEY_SEED);
console.info(`long fuzz of the law: PARLEY_SEED=${seed}`);

test('[BYTES2] five million inputs to every decoder', async () => {
  const { accepted } = await fuzzDecoders(randomOf(seed), 5_000_000);
  expect(accepted).toBeGreaterThan(1_000);
});

test('[IDENT6, SHEET3, LOG5, MSG2, ACT3] 200,000 changed bytes at doors that verify signatures', async () => {
  await fuzzDoors(randomOf(seed), 200_000);
});

test('[LOG4] a million acts, valid and not, in logs short and long: all reach the same state or the same refusal', async () => {
  const random = randomOf(seed);
  const two = await testMeeting();
  const eight = await testMeeting(['Alba', 'Borland', 'Corvia', 'Dorne', 'Elbany', 'Ferrol', 'Galdor', 'Hadria']);
  for (const { sheet } of [two, eight]) {
    for (let log = 0; log < 100; log += 1) walk(random, sheet, begin, 1_000);
    for (let log = 0; log < 10; log += 1) walk(random, sheet, begin, 40_000);
  }
});
