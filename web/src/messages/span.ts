/** A stretch of time, there and here. */
export type Span = {
  /** In the time zone of a name; null where this browser knows none so called. */
  readonly there: string | null;
  /** In this machine's; null where clocks show the same, and without the day where it is one and the same. */
  readonly here: string | null;
};

const DAY = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** A stretch of time in a language, with its day; `own`: a time zone in place of this machine's. */
export const spanIn = (locale: string, fromMs: number, untilMs: number, zone: string, own?: string): Span => {
  const formatIn = (timeZone: string | undefined) => (parts: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...parts, timeZone });
  const ours = formatIn(own);
  const here = ours({ ...DAY, ...CLOCK }).formatRange(fromMs, untilMs);
  try {
    const theirs = formatIn(zone);
    const there = theirs({ ...DAY, ...CLOCK }).formatRange(fromMs, untilMs);
    if (there === here) return { there, here: null };
    const days = [ours(DAY), theirs(DAY)].flatMap((day) => [day.format(fromMs), day.format(untilMs)]);
    return { there, here: new Set(days).size === 1 ? ours(CLOCK).formatRange(fromMs, untilMs) : here };
  } catch {
    return { there: null, here }; // the call sheet may name a zone that is younger than this browser
  }
};
