import { expect, test } from 'vitest';
import { signalsBetween } from './signals.ts';
import { adviser, delegation, principal, tile } from './testing.ts';

const borland = delegation('Borland', false);
const one = tile(1, principal(borland));
const two = tile(2, adviser(borland));
const lost = tile(1, principal(borland), { kind: 'line-lost' });
const mending = tile(1, principal(borland), { kind: 'mending' });

test('each change has its sound, once', () => {
  expect(signalsBetween([one], [one])).toEqual([]);
  expect(signalsBetween([], [one, two])).toEqual(['sits']);
  expect(signalsBetween([one, two], [two])).toEqual(['leaves']);
  expect(signalsBetween([one], [lost])).toEqual(['line-lost']);
  expect(signalsBetween([lost], [lost])).toEqual([]);
  expect(signalsBetween([lost], [one, two])).toEqual(['line-back', 'sits']);
});

test('a line is back only when it is proven again', () => {
  expect(signalsBetween([lost], [mending])).toEqual([]);
  expect(signalsBetween([mending], [one])).toEqual(['line-back']);
});
