import { expect, test } from 'vitest';
import { isolated } from './isolated.ts';

test('a name that is written from right to left turns nothing around itself', () => {
  expect(isolated('Mira Osei')).toBe('Mira Osei');
  expect(isolated('مريم 7')).toBe('\u2068مريم 7\u2069');
  expect(isolated('Mira (אבג)')).toBe('\u2068Mira (אבג)\u2069');
});
