import { expect, test } from 'vitest';
import { fuzzDecoders, fuzzDoors, randomOf, seedFrom, testMeeting, walk } from '../testing/index.ts';
import { begin } from './index.ts';

const seed = seedFrom(process.env.PARLEY_SEED);
console.info(`fuzz of the law: PARLEY_SEED=${seed}`);
const meeting = await testMeeting(['Alba', 'Borland', 'Corvia']);

test('[BYTES2] 180,000 inputs to every decoder: nothing crashes, nothing is accepted that re-encodes differently', async () => {
  const { accepted } = await fuzzDecoders(randomOf(seed), 180_000);
  expect(accepted).toBeGreaterThan(1_000);
}, 120_000);

test('[IDENT6, SHEET3, LOG5, MSG2, ACT3] 3,000 changed bytes at doors that verify signatures: none is accepted', async () => {
  await fuzzDoors(randomOf(seed), 3_000);
}, 120_000);

test('[LOG4] 24,000 acts, valid and not: two parties reach the same state or the same refusal', () => {
  const random = randomOf(seed);
  const met = new Set<string>();
  for (let log = 0; log < 6; log += 1)
    for (const code of walk(random, meeting.sheet, begin, 4_000).keys()) met.add(code);
  expect([...met].sort()).toEqual([
    'act.fork',
    'act.sequence',
    'admit.device-seated',
    'admit.key-reused',
    'admit.not-agreed',
    'admit.press',
    'admit.removed',
    'admit.seat-taken',
    'admit.weak-key',
    'chair.not-chair',
    'chair.not-next',
    'chair.not-seated',
    'chair.present',
    'circle.ended',
    'circle.epoch',
    'circle.generation',
    'circle.not-member',
    'circle.stands',
    'circle.up-to',
    'circle.welcome',
    'close.ended',
    'granted',
    'knock.agreed',
    'knock.answered',
    'knock.keyed',
    'knock.stands',
    'knock.unknown',
    'restrict.not-seated',
    'restrict.not-yours',
  ]);
}, 120_000);
