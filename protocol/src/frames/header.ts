import { Refusal } from '../bytes/index.ts';

/** What an SFrame header says, and how many bytes it took (RFC 9605 §4.3). */
export type Header = { readonly kid: number; readonly counter: number; readonly length: number };

/** A header has at most 1 + 8 + 8 bytes. */
export const HEADER_MAX = 17;

const bytesOf = (value: number): number => {
  let length = 1;
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) length += 1;
  return length;
};

const write = (value: number, length: number, out: Uint8Array, at: number): void => {
  let rest = value;
  for (let n = at + length - 1; n >= at; n -= 1) {
    out[n] = rest % 256;
    rest = Math.floor(rest / 256);
  }
};

/** How many bytes the header of a key ID and a counter takes. */
export const headerLength = (kid: number, counter: number): number =>
  1 + (kid < 8 ? 0 : bytesOf(kid)) + (counter < 8 ? 0 : bytesOf(counter));

/**
 * Writes the one header of a key ID and a counter (safe integers) at `at`, and returns its length.
 * @throws RangeError for anything but safe integers from 0.
 */
export const writeHeader = (kid: number, counter: number, out: Uint8Array, at: number): number => {
  if (!Number.isSafeInteger(kid) || !Number.isSafeInteger(counter) || kid < 0 || counter < 0)
    throw new RangeError('key ID and counter are safe integers from 0');
  const kidBytes = kid < 8 ? 0 : bytesOf(kid);
  const counterBytes = counter < 8 ? 0 : bytesOf(counter);
  const k = kidBytes === 0 ? kid : 8 | (kidBytes - 1);
  const c = counterBytes === 0 ? counter : 8 | (counterBytes - 1);
  out[at] = (k << 4) | c;
  write(kid, kidBytes, out, at + 1);
  write(counter, counterBytes, out, at + 1 + kidBytes);
  return 1 + kidBytes + counterBytes;
};

// One field: its value, or -1 where it is cut off, longer than needed, or past 2^53.
const read = (nibble: number, bytes: Uint8Array, at: number): number => {
  if (nibble < 8) return nibble;
  const length = (nibble & 7) + 1;
  if (at + length > bytes.length) return -1;
  let value = 0;
  for (let n = at; n < at + length; n += 1) value = value * 256 + (bytes[n] ?? 0);
  if (!Number.isSafeInteger(value) || value < 8 || bytesOf(value) !== length) return -1;
  return value;
};

/**
 * Reads the header that starts at `at`. Refuses (`sframe.header`) what is cut off, not written in the fewest bytes,
 * or past 2^53 − 1, which no sender here reaches.
 */
export const readHeader = (bytes: Uint8Array, at: number): Header | Refusal => {
  const config = bytes[at];
  if (config === undefined) return new Refusal('sframe.header', 'no header');
  const k = config >> 4;
  const c = config & 15;
  const kidBytes = k < 8 ? 0 : (k & 7) + 1;
  const counterBytes = c < 8 ? 0 : (c & 7) + 1;
  const kid = read(k, bytes, at + 1);
  const counter = read(c, bytes, at + 1 + kidBytes);
  if (kid < 0 || counter < 0) return new Refusal('sframe.header', 'cut off, not minimal, or too large');
  return { kid, counter, length: 1 + kidBytes + counterBytes };
};
