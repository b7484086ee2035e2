import type { I18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { isolated } from './isolated.ts';
import type { MessageId } from './languages.ts';
import { type Span, spanIn } from './span.ts';

export type Values = { readonly [name: string]: string | number };

/** What a screen needs to speak: sentences, clocks and dates in the language of the page. */
export type Text = {
  (id: MessageId, values?: Values): string;
  /** The first of these ids that the catalogue has; codes arrive from outside, so not every one is known. */
  readonly known: (...ids: readonly [string, ...string[]]) => MessageId | null;
  /** Hours and minutes of a moment, in this machine's zone. */
  readonly time: (atMs: number) => string;
  /** Hours, minutes and seconds of a moment, in this machine's zone. */
  readonly second: (atMs: number) => string;
  /** From one moment to another, in the time zone of a name and in this machine's. */
  readonly span: (fromMs: number, untilMs: number, zone: string) => Span;
  /** Day, month, year, hours and minutes of a moment, in this machine's zone: for what is read years later. */
  readonly dated: (atMs: number) => string;
  /** Names in a row, with the language's own "and". */
  readonly list: (names: readonly string[]) => string;
  /** The tag of the language. */
  readonly language: string;
};

/** Formats are dear to make, and every part of a screen speaks: one for each language is kept. */
const made = new Map<string, { readonly messages: I18n['messages']; readonly text: Text }>();

/** Sentences and formats in the page's language; the same value until the language changes. */
export const useText = (): Text => {
  const { i18n } = useLingui();
  const kept = made.get(i18n.locale);
  if (kept?.messages === i18n.messages) return kept.text;
  const text = textOf(i18n);
  made.set(i18n.locale, { messages: i18n.messages, text });
  return text;
};

const textOf = (i18n: I18n): Text => {
  const { locale, messages } = i18n;
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const second = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', hourCycle: 'h23' });
  const dated = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  const names = new Intl.ListFormat(locale, { type: 'conjunction' });
  const isKnown = (id: string): id is MessageId => Object.hasOwn(messages, id);
  const safe = (values: Values): Values =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? isolated(value) : value]),
    );
  return Object.assign((id: MessageId, values?: Values) => i18n._(id, values && safe(values)), {
    known: (...ids: readonly [string, ...string[]]) => ids.find(isKnown) ?? null,
    time: (atMs: number) => time.format(atMs),
    second: (atMs: number) => second.format(atMs),
    span: (fromMs: number, untilMs: number, zone: string) => spanIn(locale, fromMs, untilMs, zone),
    dated: (atMs: number) => dated.format(atMs),
    list: (all: readonly string[]) => names.format(all.map(isolated)),
    language: locale,
  });
};
