import { expect, test } from 'vitest';
import { Refusal } from '../bytes/index.ts';
import type { Check } from '../identity/index.ts';
import { codeOf } from '../testing/index.ts';
import { openChecks } from './checks.ts';

const stands: Check = async () => null;
const refuses =
  (code: string): Check =>
  async () =>
    new Refusal(code);
const many = (length: number) => Array.from({ length }, () => stands);

test('[LOG11] one signature that does not stand is found, however many are under way', async () => {
  for (const at of [0, 511, 512, 1_023, 1_024, 2_999]) {
    const checks = openChecks();
    let found: Refusal | null = null;
    for (let n = 0; n < 3_000; n += 1) {
      checks.start([n === at ? refuses('act.forged') : stands]);
      found ??= await checks.room();
    }
    expect(codeOf(found ?? (await checks.finish())), `${at}`).toBe('act.forged');
  }
});

test('[LOG11] of several the first is named', async () => {
  const checks = openChecks();
  checks.start([...many(600), refuses('act.forged')]);
  expect(await checks.room()).toBeNull();
  checks.start([refuses('log.countersignature'), ...many(600)]);
  expect(codeOf(await checks.finish())).toBe('act.forged');
  expect(await checks.finish()).toBeNull();
});
