import { decode as cborDecode, encode as cborEncode, rfc8949EncodeOptions } from 'cborg';
import { type Bytes, equal } from './array.ts';
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

/** Reads one shape of value, with limits. `parse` throws `Malformed`; only `decode` calls it from outside. */
export type Codec<T> = { readonly parse: (value: unknown, path: string) => T };

/** The type that a codec reads. */
export type Decoded<C> = C extends Codec<infer T> ? T : never;

export class Malformed extends Error {}

/** Deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, keys in bytewise order. */
export const encode = (value: Plain): Bytes => {
  const bytes = cborEncode(value, rfc8949EncodeOptions);
  return bytes as Bytes; // cborg allocates its result on an ArrayBuffer of its own
};

/**
 * Reads bytes that somebody else made. Refuses (`bytes.malformed`) everything that is not the one deterministic
 * encoding of a value of this shape: other lengths of head, indefinite lengths, duplicate or unknown keys, other
 * key orders, tags, floats, trailing bytes, limits passed; and (`bytes.too-long`) more than `limit` bytes.
 */
export const decode = <T>(codec: Codec<T>, bytes: Uint8Array, limit = 65_536): T | Refusal => {
  if (bytes.length > limit) return new Refusal('bytes.too-long', `${bytes.length} of at most ${limit} bytes`);
  try {
    const raw: unknown = cborDecode(bytes, {
      strict: true,
      useMaps: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    });
    const value = codec.parse(raw, '');
    // Whatever a shape lets through has one encoding only (text normalisation and key order included).
    if (!equal(cborEncode(raw, rfc8949EncodeOptions), bytes)) throw new Malformed('not the deterministic encoding');
    return value;
  } catch (error) {
    return new Refusal('bytes.malformed', error instanceof Error ? error.message.slice(0, 160) : 'unreadable');
  }
};
