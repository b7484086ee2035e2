import { type Bytes, toHex } from '@parley/protocol/bytes';
import type { Passing } from '@parley/protocol/log';

/** How another device's clock stands against ours: theirs minus ours, and how far that may be wrong, in ms. */
export type ClockReading = { readonly offsetMs: number; readonly errorMs: number };

/** Compares clocks by question and answer, so that old media can be told from new. */
export type Clocks = {
  /** A question to everybody. */
  readonly ask: (now: number) => Passing;
  /** The answer to another's question. */
  readonly answer: (nonce: Bytes, now: number) => Passing;
  /** An answer that came; null when we asked nothing like it, or know better already. */
  readonly hear: (seating: number, nonce: Bytes, theirs: number, now: number) => ClockReading | null;
};

const REMEMBERED = 8;

/** Opens the comparison; `random` gives fresh bytes. A delay on the way widens the error, never the belief. */
export const openClocks = (random: (length: number) => Bytes): Clocks => {
  const asked = new Map<string, number>();
  const best = new Map<number, ClockReading>();
  return {
    ask: (now) => {
      const nonce = random(16);
      asked.set(toHex(nonce), now);
      for (const name of [...asked.keys()].slice(0, -REMEMBERED)) asked.delete(name);
      return { kind: 'ask', nonce, time: now };
    },
    answer: (nonce, now) => ({ kind: 'answer', nonce, time: now }),
    hear: (seating, nonce, theirs, now) => {
      const since = asked.get(toHex(nonce));
      if (since === undefined) return null;
      const errorMs = Math.ceil((now - since) / 2);
      const known = best.get(seating);
      if (known && known.errorMs <= errorMs) return null;
      const reading = { offsetMs: Math.round(theirs - (since + errorMs)), errorMs };
      best.set(seating, reading);
      return reading;
    },
  };
};
