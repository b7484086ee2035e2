import { type Bytes, concat, encode, fromHex } from '../bytes/index.ts';
import type { Random } from './random.ts';

/** Heads that are long, reserved, indefinite or of another type. */
const HEADS = [
  '00',
  '1817',
  '190001',
  '1a00000001',
  '1b0000000000000001',
  '1bffffffffffffffff',
  '20',
  '3a7fffffff',
  '40',
  '5f',
  '5bffffffffffffffff',
  '60',
  '7f',
  '80',
  '9f',
  '9bffffffffffffffff',
  'a0',
  'bf',
  'c0',
  'd81e',
  'f4',
  'f5',
  'f6',
  'f7',
  'f818',
  'f97e00',
  'fb7ff8000000000000',
  'ff',
  '1c',
].map(fromHex);

const splice = (bytes: Uint8Array, at: number, remove: number, put: Uint8Array): Bytes =>
  concat(bytes.subarray(0, at), put, bytes.subarray(at + remove));

/** Random bytes, up to `most` of them. */
export const noise = (random: Random, most: number): Bytes =>
  Uint8Array.from({ length: random.below(most + 1) }, () => random.below(256));

/** Bytes with one to three small changes; `others` lend pieces. */
export const mutate = (random: Random, bytes: Bytes, others: readonly Bytes[]): Bytes => {
  let now = bytes;
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const at = random.below(now.length + 1);
    const some = random.below(9);
    const other = random.one(others);
    const from = random.below(other.length + 1);
    now = random.one([
      () => now.map((byte, n) => (n === at ? byte ^ (1 << random.below(8)) : byte)),
      () => now.map((byte, n) => (n === at ? random.below(256) : byte)),
      () => splice(now, at, 0, noise(random, 4)),
      () => splice(now, at, some, new Uint8Array()),
      () => now.slice(0, at),
      () => splice(now, at, random.below(3), random.one(HEADS)),
      () => splice(now, at, some, now.subarray(at, at + some + random.below(9))),
      () => splice(now, at, some, other.subarray(from, from + random.below(40))),
      () => concat(now, noise(random, 3)),
      () => splice(now, at, 1, encode(random.below(2 ** 31))),
    ])();
  }
  return now;
};
