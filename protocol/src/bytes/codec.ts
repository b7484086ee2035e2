import { encode as cborEncode, rfc8949EncodeOptions } from 'cborg';
import type { Bytes } from './array.ts';
import { Malformed, Reader } from './reader.ts';
import { Refusal } from './refusal.ts';

/** What deterministic CBOR here may hold: no floats, tags, undefined or integers past 2^53. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** Reads one shape of value, with limits. `read` throws `Malformed`; only `decode` calls it from outside. */
export type Codec<T> = { readonly read: (from: Reader) => T };

/** The type that a codec reads. */
export type Decoded<C> = C extends Codec<infer T> ? T : never;

/** Deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, keys in bytewise order. */
export const encode = (value: Plain): Bytes => new Uint8Array(cborEncode(value, rfc8949EncodeOptions)); // no Buffer

/**
 * Reads bytes that somebody else made. Refuses (`bytes.malformed`) everything that is not the one deterministic
 * encoding of a value of this shape: other lengths of head, indefinite lengths, duplicate or unknown keys, other
 * key orders, tags, floats, trailing bytes, limits passed; and (`bytes.too-long`) more than `limit` bytes.
 */
export const decode = <T>(codec: Codec<T>, bytes: Uint8Array, limit = 65_536): T | Refusal => {
  if (bytes.length > limit) return new Refusal('bytes.too-long', `${bytes.length} of at most ${limit} bytes`);
  const from = new Reader(bytes);
  try {
    const value = codec.read(from);
    if (from.at !== bytes.length) throw from.fault('trailing bytes');
    return value;
  } catch (error) {
    if (error instanceof Malformed) return new Refusal('bytes.malformed', error.message);
    throw error;
  }
};
