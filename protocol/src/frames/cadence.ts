/** When a sender signs, and how far it repeats itself. Times in milliseconds. */

/** Between two signatures of a track. */
const INTERVAL_MS = 200;
/** … in a stream's first second, and in the first after a new epoch. */
const EARLY_INTERVAL_MS = 50;
const EARLY_MS = 1000;
/** A signature is due after so many frames, however fast they come: two intervals stay within a proof's limit. */
const MAX_FRAMES = 64;

/** What is known of a stream when a frame has been sealed. */
export type SignMoment = {
  readonly now: number;
  /** When frames began to flow under this epoch. */
  readonly began: number;
  /** When the last signature was begun; undefined: none yet under this epoch. */
  readonly signedAt: number | undefined;
  /** Frames sealed since, with this one. */
  readonly frames: number;
  /** Whether this frame is one that decoders start from. */
  readonly keyFrame: boolean;
};

/** Whether to sign now: a stream's first frame and every key frame at once, then at an even pace. */
export const signatureDue = ({ now, began, signedAt, frames, keyFrame }: SignMoment): boolean => {
  if (signedAt === undefined || keyFrame || frames >= MAX_FRAMES) return true;
  const elapsed = now - signedAt;
  // A clock that was set back must not stop signatures.
  return elapsed < 0 || elapsed >= (now - began < EARLY_MS && now >= began ? EARLY_INTERVAL_MS : INTERVAL_MS);
};

/** How proofs are repeated: each covers the frames since the last `depth` signatures and rides in `rides` frames. */
export type Redundancy = { readonly depth: number; readonly rides: number };

/**
 * Redundancy at a loss of `fraction` (0 to 1) of frames: so that three proofs in a row, which would mark a track
 * unproven, get lost less than once in an hour of talk up to 5 %, and less than once in ten minutes up to 30 %.
 */
export const redundancyAt = (fraction: number): Redundancy => {
  if (!(fraction > 0.01)) return { depth: 2, rides: 1 };
  if (fraction <= 0.1) return { depth: 3, rides: 2 };
  return { depth: 4, rides: 3 };
};
