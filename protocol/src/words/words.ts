import { Refusal } from '@parley/protocol/bytes';
import { numberText } from '@parley/protocol/identity';

const LISTS: { readonly [language: string]: () => Promise<{ readonly wordlist: readonly string[] }> } = {
  cs: () => import('@scure/bip39/wordlists/czech.js'),
  en: () => import('@scure/bip39/wordlists/english.js'),
  es: () => import('@scure/bip39/wordlists/spanish.js'),
  fr: () => import('@scure/bip39/wordlists/french.js'),
  it: () => import('@scure/bip39/wordlists/italian.js'),
  ja: () => import('@scure/bip39/wordlists/japanese.js'),
  ko: () => import('@scure/bip39/wordlists/korean.js'),
  pt: () => import('@scure/bip39/wordlists/portuguese.js'),
  zh: () => import('@scure/bip39/wordlists/simplified-chinese.js'),
};

const wordLanguages = Object.keys(LISTS);

/** Numbers (INTRO3) as words of a language; refuses `words.language` where it has none: there are the digits. */
export const wordsIn = async (language: string, numbers: readonly number[]): Promise<readonly string[] | Refusal> => {
  const load = Object.hasOwn(LISTS, language) ? LISTS[language] : undefined;
  if (!load) return new Refusal('words.language', `${language}; known here: ${wordLanguages.join(', ')}`);
  const { wordlist } = await load();
  return numbers.map((number) => wordlist[number] ?? numberText(number));
};
