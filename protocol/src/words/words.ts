import { Refusal } from '../bytes/index.ts';

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

/** A number as it is read aloud where a language has no words for it: four digits. */
export const numberText = (number: number): string => String(number).padStart(4, '0');

const wordLanguages = Object.keys(LISTS);

/**
 * Numbers from 0 to 2,047 (INTRO3, CODE6) as words of a language, by the lists of BIP 39; refuses `words.language` where
 * there is none: then the digits are read.
 * @param language tag, such as `en`
 */
export const wordsIn = async (language: string, numbers: readonly number[]): Promise<readonly string[] | Refusal> => {
  const load = Object.hasOwn(LISTS, language) ? LISTS[language] : undefined;
  if (!load) return new Refusal('words.language', `${language}; known here: ${wordLanguages.join(', ')}`);
  const { wordlist } = await load();
  return numbers.map((number) => wordlist[number] ?? numberText(number));
};
