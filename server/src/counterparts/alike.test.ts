import { expect, test } from 'vitest';
import { readAlike } from './alike.ts';

test.each([
  ['BORLAND', 'Borland'],
  ['B\u043erland', 'Borland'],
  ['Bor land', 'Borland'],
  ['Bo\u0308rland.', 'Borland'],
  ['B\u00f6rland', 'Borland'],
  ['Borland\u200d', 'Borland'],
  ['Borland\u3164', 'Borland'],
  ['Borland\ufe0f', 'Borland'],
  ['Bor\u034fland', 'Borland'],
  [' Borland\u00a0', 'Borland'],
  ['\u0410lba', 'Alba'],
  ['\uff21\uff4c\uff42\uff41', 'Alba'],
  ['A1ba', 'Alba'],
  ['\u3164', 'anything'],
])('[INTRO5] %j reads like %j', (one, other) => {
  expect(readAlike(one, other)).toBe(true);
});

test.each([
  ['Borland', 'Alba'],
  ['Republic of Alba', 'Alba'],
  ['\u0420\u043e\u0441\u0441\u0438\u044f', '\u0423\u043a\u0440\u0430\u0457\u043d\u0430'],
  ['\u4e2d\u56fd', '\u65e5\u672c'],
  ['\u0645\u0635\u0631', '\u0633\u0648\u0631\u064a\u0627'],
])('[INTRO5] %j does not read like %j', (one, other) => {
  expect(readAlike(one, other)).toBe(false);
});
