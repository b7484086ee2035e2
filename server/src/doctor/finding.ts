/** What was looked at, how it is, and what to do. */
export type Finding = {
  /** A short name for programs: `tls`, `counterpart Borland`. */
  readonly of: string;
  readonly how: 'good' | 'poor' | 'bad' | 'skipped';
  readonly says: string;
  /** What somebody can do about it; null where nothing is to be done. */
  readonly todo: string | null;
};

export const good = (of: string, says: string): Finding => ({ of, how: 'good', says, todo: null });
export const poor = (of: string, says: string, todo: string): Finding => ({ of, how: 'poor', says, todo });
export const bad = (of: string, says: string, todo: string): Finding => ({ of, how: 'bad', says, todo });
export const skipped = (of: string, says: string): Finding => ({ of, how: 'skipped', says, todo: null });

const DAY_MS = 86_400_000;

/** Whole days from one time to another, in words. */
export const inDays = (until: number, now: number): string => {
  const days = Math.floor((until - now) / DAY_MS);
  return days === 1 ? 'in 1 day' : `in ${days} days`;
};

/** Whether a time is less than so many days away. */
export const isWithin = (until: number, now: number, days: number): boolean => until - now < days * DAY_MS;
