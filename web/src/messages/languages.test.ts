import { expect, test } from 'vitest';
import { pickLanguage } from './languages.ts';

test('the first wish that Parley speaks is taken, whatever its region', () => {
  expect(pickLanguage([null, 'fr-BE', 'nl-BE', 'en']).tag).toBe('nl');
  expect(pickLanguage(['EN-gb', 'nl']).tag).toBe('en');
});

test('English where none is spoken here', () => {
  expect(pickLanguage([]).tag).toBe('en');
  expect(pickLanguage(['xx', '', null]).tag).toBe('en');
});
