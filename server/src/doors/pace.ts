import type { Clock } from '../clock.ts';

/** Counts what comes; true while it comes no quicker than allowed. */
export type Pace = () => boolean;

/** `burst` at once, then `perSecond`. */
export const pace = (clock: Clock, burst: number, perSecond: number): Pace => {
  let left = burst;
  let at = clock.elapsed();
  return () => {
    const now = clock.elapsed();
    left = Math.min(burst, left + ((now - at) / 1_000) * perSecond);
    at = now;
    left -= 1;
    return left >= 0;
  };
};
