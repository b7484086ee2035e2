import type { Messages } from '@lingui/core';
import { i18n } from '@lingui/core';
import { keep, recall } from '../platform/memory.ts';
import type en from './en.json';

/** Every sentence has an id; the English catalogue is the list of them. */
export type MessageId = keyof typeof en;

declare module '@lingui/core' {
  interface Register {
    messageIds: MessageId;
  }
}

type Language = {
  readonly tag: string;
  /** Its own name for itself. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly load: () => Promise<{ readonly default: Messages }>;
};

/** The languages Parley speaks. The first is the one for people whose language is not among them. */
export const languages: readonly [Language, ...Language[]] = [
  { tag: 'en', name: 'English', direction: 'ltr', load: () => import('./en.json') },
  { tag: 'nl', name: 'Nederlands', direction: 'ltr', load: () => import('./nl.json') },
];

const memory = 'parley.language';

/**
 * The language to begin with: the address (`?lang=nl`), else what was chosen before, else the first that the
 * browser asks for and Parley speaks, else English.
 *
 * @param wishes language tags, the most wished first
 */
export const pickLanguage = (wishes: readonly (string | null)[]): Language => {
  for (const wish of wishes) {
    const tag = wish?.toLowerCase().split('-')[0];
    const found = languages.find((language) => language.tag === tag);
    if (found !== undefined) return found;
  }
  return languages[0];
};

/** Loads a language and turns the whole page to it, direction included. */
const speak = async (language: Language, document: Document): Promise<void> => {
  const { default: messages } = await language.load();
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.direction;
  i18n.loadAndActivate({ locale: language.tag, messages });
};

/** Speaks the language a person begins with; call once before the first render. */
export const speakFirstLanguage = (document: Document, location: Location): Promise<void> => {
  const asked = new URLSearchParams(location.search).get('lang');
  return speak(pickLanguage([asked, recall('browser', memory), ...navigator.languages]), document);
};

/** Changes the language and remembers it for this browser. */
export const chooseLanguage = async (tag: string, document: Document): Promise<void> => {
  keep('browser', memory, tag);
  await speak(pickLanguage([tag]), document);
};
