import { expect, test } from 'vitest';
import { lastLines, ofPlaywright, ofVitest } from './counts.ts';

test('Vitest: passed are counted, failed and skipped named, a file that cannot be loaded fails', () => {
  const result = (status: string) => ({ fullName: `a ${status} one`, status });
  const testResults = [
    {
      name: 'a.test.ts',
      status: 'failed',
      assertionResults: ['passed', 'failed', 'skipped', 'pending', 'todo'].map(result),
    },
    { name: 'torn.test.ts', status: 'failed', assertionResults: [] },
  ];
  expect(ofVitest({ testResults })).toEqual({
    passed: 1,
    failed: ['a failed one', 'torn.test.ts'],
    skipped: ['a skipped one', 'a pending one', 'a todo one'],
  });
});

test('Playwright: names have their path and reason; flaky tests and errors outside tests fail', () => {
  const spec = (title: string, status: string, description?: string) => ({
    title,
    tests: [{ status, annotations: description ? [{ type: 'skip', description }] : [] }],
  });
  const suites = [
    {
      title: 'link.spec.ts',
      specs: [spec('works', 'expected'), spec('wavers', 'flaky')],
      suites: [{ title: 'attacks', specs: [spec('holds', 'unexpected'), spec('waits', 'skipped', 'no ffmpeg')] }],
    },
  ];
  expect(ofPlaywright({ suites, errors: [{ message: 'No Chromium\nat …' }] })).toEqual({
    passed: 1,
    failed: ['link.spec.ts › wavers', 'link.spec.ts › attacks › holds', 'No Chromium'],
    skipped: ['link.spec.ts › attacks › waits (no ffmpeg)'],
  });
});

test('the last lines name what was skipped and failed, and count it', () => {
  const counts = [
    { name: 'unit', passed: 3, failed: ['b'], skipped: ['RFC 9605 vectors'] },
    { name: 'e2e', passed: 2, failed: [], skipped: [] },
  ];
  expect(lastLines(counts, 61.2)).toEqual([
    '',
    'skipped  unit: RFC 9605 vectors',
    'failed   unit: b',
    'unit     3 passed, 1 failed, 1 skipped',
    'e2e      2 passed, 0 failed, 0 skipped',
    'all      5 passed, 1 failed, 1 skipped in 61 s',
  ]);
});
