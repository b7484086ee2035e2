import { expect, test } from 'vitest';
import { hueOf, scriptOf } from './script.ts';

const seat = {
  id: 'borland-principal',
  name: 'Anders Holm',
  function: 'Prime Minister',
  delegation: { name: 'Borland' },
};

test('the seats of the rehearsal are told apart by their hue', () => {
  const hues = ['alba-principal', 'alba-adviser', 'borland-principal', 'borland-adviser'].map(hueOf);
  for (const [n, hue] of hues.entries()) {
    for (const other of hues.slice(n + 1)) {
      const apart = Math.abs(hue - other);
      expect(Math.min(apart, 360 - apart)).toBeGreaterThanOrEqual(45);
    }
  }
});

test('a seat is drawn with its name, and speaks, hums, or is silent', () => {
  expect(scriptOf(seat, 'nl', { tone: null })).toMatchObject({
    figure: { name: 'Anders Holm', line: 'Prime Minister, Borland' },
    locale: 'nl',
    voice: { kind: 'speech' },
  });
  expect(scriptOf(seat, 'nl', { tone: 440 }).voice).toEqual({ kind: 'tone', hertz: 440 });
  expect(scriptOf(seat, 'nl', null).voice).toEqual({ kind: 'none' });
});
