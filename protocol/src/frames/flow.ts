import type { Bytes } from '../bytes/index.ts';
import { CONTRADICTED_MS, DARK_MS, type Evidence, STRICT_MS, UNPROVEN_MS } from './judge.ts';
import { type Claim, compare, lastOf } from './proof.ts';
import type { Window } from './window.ts';

/** Bounds of what is held back. */
const HELD_FRAMES = 256;
const HELD_BYTES = 8 * 2 ** 20;
const HELD_MS = DARK_MS;

/** A frame that opened under its key; whether it is its sender's, proofs tell. */
export type Arrival<T> = {
  readonly counter: number;
  readonly digest: Bytes;
  readonly media: ArrayBuffer;
  /** The browser's own frame object. */
  readonly token: T;
};

/** Where decided frames go. */
export type FlowOut<T> = {
  readonly pass: (token: T, media: ArrayBuffer) => void;
  readonly drop: (code: string) => void;
};

/** The frames of one stream on one pipe: holds them, lets them flow, keeps what is known of them. */
export type Flow<T> = {
  /** Takes one frame; `known`: what the proofs received so far say of it. */
  readonly arrive: (
    arrival: Arrival<T>,
    known: 'proven' | 'contradicted' | 'not covered' | 'missed',
    now: number,
  ) => void;
  /** Applies a verified claim that reaches further than all before it. */
  readonly claim: (claim: Claim, now: number) => void;
  /** Whether the pipe's track hangs at the right tile; while not, everything is held. */
  readonly setBound: (bound: boolean, now: number) => void;
  /** Lets time pass: what was held too long is dropped, and a flow gone dark is closed. */
  readonly tick: (now: number) => void;
  /** Drops what is held, for one reason. */
  readonly discard: (code: string) => void;
  /** What was passed on and no proof has reached. */
  readonly unproven: () => readonly Shown[];
  /** What is known, but for lateness. */
  readonly evidence: () => Omit<Evidence, 'lateMs'>;
  /** Whether a proof ever covered a frame of this flow. */
  readonly everProven: () => boolean;
};

type Held<T> = Arrival<T> & { readonly at: number; proven: boolean };
/** A frame that was passed on before a proof covered it. */
export type Shown = { readonly counter: number; readonly digest: Bytes; readonly at: number };

/** When frames of a stream that were not its sender's were last found, on whatever pipe. */
export type Suspicion = { since: number | undefined };

/** A flow over a stream's replay window. While its stream is suspected, on this pipe or another, it trusts nothing first. */
export const createFlow = <T>(window: Window, suspicion: Suspicion, out: FlowOut<T>): Flow<T> => {
  let held: Held<T>[] = [];
  let heldBytes = 0;
  let shown: Shown[] = [];
  let open = false;
  let bound = false;
  let everProven = false;
  let unprovenSince: number | undefined;
  let gapAt: number | undefined;
  let contradictedAt: number | undefined;

  const pass = (arrival: Arrival<T>): boolean => {
    const against = window.take(arrival.counter);
    if (against) out.drop(against);
    else out.pass(arrival.token, arrival.media);
    return !against;
  };

  const becomeStrict = (now: number): void => {
    suspicion.since = now;
    open = false;
  };

  const contradict = (now: number): void => {
    contradictedAt = now;
    becomeStrict(now);
  };

  const dark = (now: number): boolean => contradictedAt !== undefined && now - contradictedAt < CONTRADICTED_MS;
  const strict = (now: number): boolean => suspicion.since !== undefined && now - suspicion.since < STRICT_MS;

  const show = (frame: Arrival<T>, at: number): void => {
    if (pass(frame)) shown.push({ counter: frame.counter, digest: frame.digest, at });
  };

  // What may go, in the order in which it came.
  const release = (now: number): void => {
    if (!bound) return;
    const kept: Held<T>[] = [];
    for (const frame of held) {
      if (frame.proven && dark(now)) out.drop('proof.contradicted');
      else if (frame.proven) pass(frame);
      else if (open) show(frame, frame.at);
      else {
        kept.push(frame);
        continue;
      }
      heldBytes -= frame.media.byteLength;
    }
    held = kept;
  };

  const dropOldest = (): void => {
    const oldest = held.shift();
    if (!oldest) return;
    heldBytes -= oldest.media.byteLength;
    out.drop(oldest.proven ? 'frames.unbound' : 'proof.missing');
  };

  const hold = (frame: Held<T>): void => {
    if (held.some(({ counter }) => counter === frame.counter)) {
      out.drop('sframe.replay');
      return;
    }
    held.push(frame);
    heldBytes += frame.media.byteLength;
    while (held.length > HELD_FRAMES || heldBytes > HELD_BYTES) dropOldest();
  };

  return {
    arrive: (arrival, known, now) => {
      if (known === 'contradicted') {
        contradict(now);
        return out.drop('proof.contradicted');
      }
      if (known === 'missed') return out.drop('proof.missing');
      const against = window.check(arrival.counter);
      // While nothing is proven the real stream may be anywhere ahead; once frames flow, no counter leaps.
      if (against && (against !== 'sframe.ahead' || open)) return out.drop(against);
      const proven = known === 'proven';
      if (proven) everProven = true;
      else unprovenSince ??= now;
      if (!proven && open && bound && held.length === 0) return show(arrival, now);
      hold({ ...arrival, at: now, proven });
      release(now);
    },

    claim: (claim, now) => {
      const last = lastOf(claim);
      let covered = 0;
      let forged = false;
      for (const { counter, digest } of shown) {
        const verdict = compare(claim, counter, digest);
        if (verdict === 'proven') covered += 1;
        else if (verdict === 'contradicted') forged = true;
        else if (counter < claim.first) gapAt = now;
      }
      shown = shown.filter(({ counter }) => counter > last);
      // A sender's proofs reach all that it sent up to then: what came long before, and lies beyond, is not its.
      const beyond = (at: number): boolean => now - at >= UNPROVEN_MS;
      if (shown[0] && beyond(shown[0].at)) {
        becomeStrict(now);
        shown = [];
      }
      const kept: Held<T>[] = [];
      for (const frame of held) {
        const verdict = frame.proven ? 'proven' : compare(claim, frame.counter, frame.digest);
        if (verdict === 'proven' && !frame.proven) {
          covered += 1;
          frame.proven = true;
        }
        if (verdict === 'contradicted') forged = true;
        const missed = verdict === 'not covered' && (frame.counter < claim.first || beyond(frame.at));
        if (missed || verdict === 'contradicted') {
          heldBytes -= frame.media.byteLength;
          out.drop(verdict === 'contradicted' ? 'proof.contradicted' : 'proof.missing');
        } else kept.push(frame);
      }
      held = kept;
      if (forged) contradict(now);
      if (covered > 0) {
        everProven = true;
        open = !forged && !strict(now);
        // Where only proven frames flow, what is held beyond them counts from the proof on.
        const waiting = held.find((frame) => !frame.proven);
        unprovenSince = open ? (shown[0]?.at ?? waiting?.at) : waiting && now;
      }
      release(now);
    },

    setBound: (next, now) => {
      bound = next;
      release(now);
    },

    tick: (now) => {
      if (unprovenSince !== undefined && now - unprovenSince >= DARK_MS) {
        open = false;
        shown = [];
      }
      while (held[0] && now - held[0].at >= HELD_MS) dropOldest();
    },

    discard: (code) => {
      for (const _ of held) out.drop(code);
      held = [];
      heldBytes = 0;
      shown = [];
      open = false;
    },

    unproven: () => shown,
    evidence: () => ({ unprovenSince, gapAt, contradictedAt }),
    everProven: () => everProven,
  };
};
