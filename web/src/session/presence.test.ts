import { expect, test } from 'vitest';
import { compare } from './presence.ts';

const announced = new Map([[7, new Map([['aa', 'x1']])]]);
const there = [{ delegation: 'aa', name: 'x1', publishes: true }];
const reached = new Set(['aa']);

test('Whoever is in the circle and at the SFU alike is no difference', () => {
  expect(compare(announced, there, reached, new Set())).toEqual([]);
});

test('A device that publishes without a seat is named', () => {
  const ghost = { delegation: 'aa', name: 'ghost', publishes: true };
  expect(compare(announced, [...there, ghost], reached, new Set())).toEqual([
    { kind: 'unknown-device', delegation: 'aa', name: 'ghost' },
  ]);
});

test('A name that another SFU knows does not count at this one', () => {
  const elsewhere = [{ delegation: 'bb', name: 'x1', publishes: true }, ...there];
  expect(compare(announced, elsewhere, reached, new Set())).toEqual([
    { kind: 'unknown-device', delegation: 'bb', name: 'x1' },
  ]);
});

test('A silent device waits in the holding screen, and our own is our own', () => {
  const silent = { delegation: 'aa', name: 'waiting', publishes: false };
  const own = { delegation: 'aa', name: 'me', publishes: true };
  expect(compare(announced, [...there, silent, own], reached, new Set(['me']))).toEqual([]);
});

test('What a seat had before its new connection, or before it ended, is no stranger', () => {
  const before = { delegation: 'aa', name: 'x0', publishes: true };
  expect(compare(announced, [...there, before], reached, new Set(), new Set(['aa x0']))).toEqual([]);
  expect(compare(announced, [...there, before], reached, new Set(), new Set(['bb x0']))).toHaveLength(1);
});

test('A seat whose device the SFU does not show is named, where that SFU is reached', () => {
  expect(compare(announced, [], reached, new Set())).toEqual([
    { kind: 'missing-device', delegation: 'aa', seating: 7 },
  ]);
  expect(compare(announced, [], new Set(), new Set())).toEqual([]);
});
