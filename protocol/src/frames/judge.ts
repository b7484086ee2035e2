/** In milliseconds. */
export const UNPROVEN_MS = 600;
export const DARK_MS = 2000;
const LATE_MS = 2000;
/** After the last contradiction: dark so long … */
export const CONTRADICTED_MS = 2000;
/** … and so long only what is already proven is passed on, as after frames that no proof could reach. */
export const STRICT_MS = 30_000;

/** What a flow of frames may be called. */
export type ProofState = 'proven' | 'unproven' | 'late' | 'dark' | 'contradicted';

/** What is known of a flow of frames. */
export type Evidence = {
  /** When the oldest frame arrived that no proof covers yet; undefined: all are proven. */
  readonly unprovenSince: number | undefined;
  /** When frames were last seen to have gone by without ever being proven. */
  readonly gapAt: number | undefined;
  readonly contradictedAt: number | undefined;
  /** How late the last proof came by the sender's clock; 0: in time, or not known. */
  readonly lateMs: number;
};

/** A state, and for how long it is so. */
export type Verdict = { readonly state: ProofState; readonly sinceMs: number };

const within = (at: number | undefined, now: number, ms: number): at is number => at !== undefined && now - at < ms;

/** What to say of a flow now. The worst that holds is said. */
export const judge = ({ unprovenSince, gapAt, contradictedAt, lateMs }: Evidence, now: number): Verdict => {
  if (within(contradictedAt, now, CONTRADICTED_MS)) return { state: 'contradicted', sinceMs: now - contradictedAt };
  const age = unprovenSince === undefined ? 0 : now - unprovenSince;
  if (age >= DARK_MS) return { state: 'dark', sinceMs: age };
  if (lateMs > 0) return { state: 'late', sinceMs: lateMs };
  if (age >= UNPROVEN_MS) return { state: 'unproven', sinceMs: age };
  if (within(gapAt, now, UNPROVEN_MS)) return { state: 'unproven', sinceMs: now - gapAt };
  return { state: 'proven', sinceMs: 0 };
};

/** A seating's clock against ours, in milliseconds. */
export type Clock = { readonly offsetMs: number; readonly errorMs: number };

/** How late a proof of sender's time `time` is; 0 where that is within two seconds and the clocks' error, or not known. */
export const lateness = (time: number, now: number, clock: Clock | undefined): number => {
  if (!clock) return 0;
  const late = now + clock.offsetMs - time;
  return late > LATE_MS + clock.errorMs ? late : 0;
};
