import { expect, test } from 'vitest';
import { spanIn } from './span.ts';

const [from, until] = [Date.UTC(2026, 11, 7, 9), Date.UTC(2026, 11, 7, 11)];
const clean = (text: string | null) => text?.replaceAll(/\s/g, ' ') ?? null;
const span = (zone: string, own: string, end = until) => {
  const { there, here } = spanIn('en', from, end, zone, own);
  return { there: clean(there), here: clean(here) };
};

test('a meeting is told in its own zone, and here where clocks show another time', () => {
  const there = 'Monday, December 7, 2026, 10:00 – 12:00';
  expect(span('Europe/Vienna', 'America/New_York')).toEqual({ there, here: '04:00 – 06:00' });
  expect(span('Europe/Vienna', 'Europe/Vienna')).toEqual({ there, here: null });
  expect(span('Europe/Vienna', 'Europe/Paris')).toEqual({ there, here: null });
});

test('the day stands here as well where it is another one, or more than one', () => {
  expect(span('Europe/Vienna', 'Pacific/Honolulu').here).toMatch(
    /^Sunday, December 6, 2026.* 23:00 – .*Monday.* 01:00$/,
  );
  expect(span('Asia/Tokyo', 'Europe/Vienna', until + 16 * 3_600_000).here).toMatch(
    /^Monday.* 10:00 – .*Tuesday.* 04:00$/,
  );
});

test('a zone that this browser does not know leaves the time here', () => {
  const here = 'Monday, December 7, 2026, 10:00 – 12:00';
  expect(span('Mars/Olympus_Mons', 'Europe/Vienna')).toEqual({ there: null, here });
});
