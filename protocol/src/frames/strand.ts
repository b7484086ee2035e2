import type { Bytes } from '../bytes/index.ts';
import type { Shown, Suspicion } from './flow.ts';
import { type Claim, compare, lastOf } from './proof.ts';
import { BEHIND, createWindow, type Window } from './window.ts';

/** One stream of one seating, over all epochs and pipes: its replay window and what was proven of it. */
export type Strand = {
  readonly seating: number;
  readonly stream: number;
  readonly window: Window;
  readonly suspicion: Suspicion;
  /** The highest counter that a proof covered; −1: none yet. */
  readonly lastProven: () => number;
  /** What the proofs so far say of a frame; `missed`: they went past it without covering it. */
  readonly known: (counter: number, digest: Bytes) => 'proven' | 'contradicted' | 'not covered' | 'missed';
  /** Remembers what was shown unproven on a pipe that is gone. */
  readonly leave: (unproven: readonly Shown[]) => void;
  /** Judges that by a verified claim, which must cover it: a forger gains nothing by going before it comes. */
  readonly look: (claim: Claim, now: number) => void;
  /** Takes a verified claim that came `lateMs` late; false where it reaches no further than those before. */
  readonly accept: (claim: Claim, lateMs: number) => boolean;
  /** How late the last claim came; 0: in time. */
  readonly lateMs: () => number;
};

/** A stream of which nothing is known. */
export const createStrand = (seating: number, stream: number): Strand => {
  const window = createWindow();
  let claims: Claim[] = [];
  let last = -1;
  let late = 0;
  let left: readonly Shown[] = [];
  const suspicion: Suspicion = { since: undefined };
  return {
    seating,
    stream,
    window,
    suspicion,
    leave: (unproven) => {
      left = [...left, ...unproven].slice(-BEHIND);
    },
    look: (claim, now) => {
      const isNot = ({ counter, digest }: Shown): boolean =>
        counter < claim.first || compare(claim, counter, digest) === 'contradicted';
      if (left.some(isNot)) suspicion.since = now;
      left = left.filter(({ counter }) => counter > lastOf(claim));
    },
    lastProven: () => last,
    lateMs: () => late,
    known: (counter, digest) => {
      if (counter > last) return 'not covered';
      let known: 'proven' | 'missed' = 'missed';
      for (const claim of claims) {
        const verdict = compare(claim, counter, digest);
        if (verdict === 'contradicted') return verdict;
        if (verdict === 'proven') known = verdict;
      }
      return known;
    },
    accept: (claim, lateMs) => {
      const end = lastOf(claim);
      if (end <= last) return false;
      last = end;
      late = lateMs;
      claims = [...claims.filter((one) => lastOf(one) > last - BEHIND), claim];
      window.anchor(last);
      return true;
    },
  };
};
