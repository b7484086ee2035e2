import type { Bytes } from './array.ts';
import { type Codec, type Decoded, Malformed } from './codec.ts';

/** An integer from 0 to `max` (2^53 − 1 unless told). */
export const uint = (max = Number.MAX_SAFE_INTEGER): Codec<number> => ({
  parse: (value, path) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max || Object.is(value, -0))
      throw new Malformed(`${path}: not an integer up to ${max}`);
    return value;
  },
});

/** A byte string of exactly `length` bytes. */
export const bytes = (length: number): Codec<Bytes> => bytesUpTo(length, length);

/** A byte string of `min` to `max` bytes. */
export const bytesUpTo = (max: number, min = 0): Codec<Bytes> => ({
  parse: (value, path) => {
    if (!(value instanceof Uint8Array) || value.length < min || value.length > max)
      throw new Malformed(`${path}: not ${min} to ${max} bytes`);
    return new Uint8Array(value);
  },
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** A text of 1 to `max` UTF-16 units: well formed, in NFC, without control characters. */
export const text = (max: number, min = 1): Codec<string> => ({
  parse: (value, path) => {
    if (typeof value !== 'string' || value.length < min || value.length > max)
      throw new Malformed(`${path}: not a text of ${min} to ${max}`);
    if (!value.isWellFormed() || value.normalize('NFC') !== value || CONTROL.test(value))
      throw new Malformed(`${path}: not a clean text`);
    return value;
  },
});

/** One of the texts named. */
export const oneOf = <const T extends string>(...names: readonly T[]): Codec<T> => ({
  parse: (value, path) => {
    const found = names.find((name) => name === value);
    if (found === undefined) throw new Malformed(`${path}: not one of ${names.join(', ')}`);
    return found;
  },
});

/** Exactly this number: the version of a format. */
export const exactly = <const N extends number>(number: N): Codec<N> => ({
  parse: (value, path) => {
    if (value !== number) throw new Malformed(`${path}: not ${number}`);
    return number;
  },
});

/** True or false. */
export const bool: Codec<boolean> = {
  parse: (value, path) => {
    if (typeof value !== 'boolean') throw new Malformed(`${path}: not a boolean`);
    return value;
  },
};

/** Null, or what `inner` reads. */
export const nullable = <T>(inner: Codec<T>): Codec<T | null> => ({
  parse: (value, path) => (value === null ? null : inner.parse(value, path)),
});

/** A list of `min` to `max` items. */
export const list = <T>(item: Codec<T>, max: number, min = 0): Codec<readonly T[]> => ({
  parse: (value, path) => {
    if (!Array.isArray(value) || value.length < min || value.length > max)
      throw new Malformed(`${path}: not a list of ${min} to ${max}`);
    return value.map((one, n) => item.parse(one, `${path}[${n}]`));
  },
});

type Fields = { readonly [name: string]: Codec<unknown> };
type Record<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> };

const readFields = (fields: readonly (readonly [string, Codec<unknown>])[], value: Map<unknown, unknown>, path: string) => {
  if (value.size !== fields.length) throw new Malformed(`${path}: ${value.size} fields in place of ${fields.length}`);
  const result: { [name: string]: unknown } = {};
  for (const [name, codec] of fields) {
    const field = value.get(name);
    if (field === undefined) throw new Malformed(`${path}.${name}: missing`);
    result[name] = codec.parse(field, `${path}.${name}`);
  }
  return result;
};

/** A map with exactly these fields. */
export const record = <const F extends Fields>(fields: F): Codec<Record<F>> => {
  const all = Object.entries(fields);
  return {
    parse: (value, path) => {
      if (!(value instanceof Map)) throw new Malformed(`${path}: not a map`);
      return readFields(all, value, path) as Record<F>; // every field was read by its codec, and no other stands
    },
  };
};

type Kinds = { readonly [kind: string]: Fields };
type Variant<V extends Kinds> = { [K in keyof V & string]: { readonly kind: K } & Record<V[K]> }[keyof V & string];

/** A map told apart by its field `kind`. */
export const variant = <const V extends Kinds>(kinds: V): Codec<Variant<V>> => {
  const all = new Map(
    Object.entries(kinds).map(([kind, fields]) => [kind, Object.entries({ kind: oneOf(kind), ...fields })]),
  );
  return {
    parse: (value, path) => {
      const kind = value instanceof Map ? value.get('kind') : undefined;
      const fields = typeof kind === 'string' ? all.get(kind) : undefined;
      if (!(value instanceof Map) || !fields) throw new Malformed(`${path}: of no known kind`);
      return readFields(fields, value, path) as Variant<V>; // read by the codecs of the kind that it names
    },
  };
};
