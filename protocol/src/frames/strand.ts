import type { Bytes } from '../bytes/index.ts';
import { type Claim, compare, lastOf } from './proof.ts';
import { BEHIND, createWindow, type Window } from './window.ts';

/** One stream of one seating, over all epochs and pipes: its replay window and what was proven of it. */
export type Strand = {
  readonly seating: number;
  readonly stream: number;
  readonly window: Window;
  /** The highest counter that a proof covered; −1: none yet. */
  readonly lastProven: () => number;
  /** What the proofs so far say of a frame; `missed`: they went past it without covering it. */
  readonly known: (counter: number, digest: Bytes) => 'proven' | 'contradicted' | 'not covered' | 'missed';
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
  return {
    seating,
    stream,
    window,
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
