import { expect, test } from 'vitest';
import { codeOf } from '../testing/index.ts';
import { numberText, wordsIn } from './index.ts';

test('[INTRO3, CODE6] numbers are words by their place in the list of BIP 39, or four digits', async () => {
  expect(await wordsIn('en', [0, 7, 2_047])).toEqual(['abandon', 'abstract', 'zoo']);
  expect(await wordsIn('fr', [0, 2_047])).toEqual(['abaisser', 'zoologie']);
  expect(codeOf(await wordsIn('nl', [0]))).toBe('words.language');
  expect(codeOf(await wordsIn('toString', [0]))).toBe('words.language');
  expect([0, 7, 2_047].map(numberText)).toEqual(['0000', '0007', '2047']);
});
