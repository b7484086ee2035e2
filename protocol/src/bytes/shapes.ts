import type { Bytes } from './array.ts';
import { UNCLEAN } from './clean.ts';
import { type Codec, type Decoded, encode } from './codec.ts';
import { MAJOR, type Reader } from './reader.ts';

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;

/** An integer from 0 to `max` (2^53 − 1 unless told). */
export const uint = (max = Number.MAX_SAFE_INTEGER): Codec<number> => ({
  read: (from) => {
    const value = from.head(MAJOR.uint);
    if (value > max) throw from.fault(`not an integer up to ${max}`);
    return value;
  },
});

/** A byte string of exactly `length` bytes. */
export const bytes = (length: number): Codec<Bytes> => bytesUpTo(length, length);

/** A byte string of `min` to `max` bytes. */
export const bytesUpTo = (max: number, min = 0): Codec<Bytes> => ({
  read: (from) => {
    const length = from.head(MAJOR.bytes);
    if (length < min || length > max) throw from.fault(`not ${min} to ${max} bytes`);
    return from.copy(length);
  },
});

/**
 * A byte string of up to `max` bytes that is itself to be decoded or kept beside the whole: a view of what is being
 * read, which must not be written to any more.
 */
export const within = (max: number): Codec<Bytes> => ({
  read: (from) => {
    const length = from.head(MAJOR.bytes);
    if (length > max) throw from.fault(`not 0 to ${max} bytes`);
    return from.view(length) as Bytes; // what is signed here never lies in shared memory
  },
});

/**
 * A text of `min` to `max` UTF-16 units without characters that are not seen or that turn the direction of writing
 * (BYTES5).
 */
export const text = (max: number, min = 1): Codec<string> => ({
  read: (from) => {
    const value = from.text(3 * max);
    if (value.length < min || value.length > max) throw from.fault(`not a text of ${min} to ${max}`);
    if (UNCLEAN.test(value)) throw from.fault('not a clean text');
    return value;
  },
});

/** One of the texts named. */
export const oneOf = <const T extends string>(...names: readonly T[]): Codec<T> => {
  const all = names.map((name) => ({ name, bytes: encode(name) }));
  return {
    read: (from) => {
      const found = all.find((one) => from.take(one.bytes));
      if (!found) throw from.fault(`not one of ${names.join(', ')}`);
      return found.name;
    },
  };
};

/** Exactly this number: the version of a format. */
export const exactly = <const N extends number>(number: N): Codec<N> => ({
  read: (from) => {
    if (from.head(MAJOR.uint) !== number) throw from.fault(`not ${number}`);
    return number;
  },
});

/** True or false. */
export const bool: Codec<boolean> = {
  read: (from) => {
    const byte = from.peek();
    if (byte !== FALSE && byte !== TRUE) throw from.fault('not a boolean');
    from.at += 1;
    return byte === TRUE;
  },
};

/** Null, or what `inner` reads. */
export const nullable = <T>(inner: Codec<T>): Codec<T | null> => ({
  read: (from) => {
    if (from.peek() !== NULL) return inner.read(from);
    from.at += 1;
    return null;
  },
});

/** A list of `min` to `max` items. */
export const list = <T>(item: Codec<T>, max: number, min = 0): Codec<readonly T[]> => ({
  read: (from) => {
    const length = from.head(MAJOR.list);
    if (length < min || length > max) throw from.fault(`not a list of ${min} to ${max}`);
    const items: T[] = [];
    for (let n = 0; n < length; n += 1) items.push(item.read(from));
    return items;
  },
});

type Fields = { readonly [name: string]: Codec<unknown> };
type Record<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> };
type Field = { readonly name: string; readonly key: Bytes; readonly codec: Codec<unknown> };

const bytewise = (a: Field, b: Field): number => {
  for (let n = 0; ; n += 1) if (a.key[n] !== b.key[n]) return (a.key[n] ?? -1) - (b.key[n] ?? -1);
};

/** Fields in the one order in which their keys may stand (RFC 8949 §4.2.1: bytewise by the encoded key). */
const inOrder = (fields: Fields): readonly Field[] =>
  Object.entries(fields)
    .map(([name, codec]) => ({ name, key: encode(name), codec }))
    .sort(bytewise);

const readFields = (fields: readonly Field[], from: Reader): { readonly [name: string]: unknown } => {
  const count = from.head(MAJOR.map);
  if (count !== fields.length) throw from.fault(`${count} fields in place of ${fields.length}`);
  const result: { [name: string]: unknown } = {};
  for (const { name, key, codec } of fields) {
    if (!from.take(key)) throw from.fault(`not the field ${name}`);
    result[name] = codec.read(from);
  }
  return result;
};

/** A map with exactly these fields. */
export const record = <const F extends Fields>(fields: F): Codec<Record<F>> => {
  const all = inOrder(fields);
  return { read: (from) => readFields(all, from) as Record<F> }; // every field was read by its codec, and no other
};

type Kinds = { readonly [kind: string]: Fields };
type Variant<V extends Kinds> = { [K in keyof V & string]: { readonly kind: K } & Record<V[K]> }[keyof V & string];

const KIND = encode('kind');

/** A map told apart by its field `kind`. */
export const variant = <const V extends Kinds>(kinds: V): Codec<Variant<V>> => {
  const all = Object.entries(kinds).map(([kind, fields]) => ({
    bytes: encode(kind),
    fields: inOrder({ kind: oneOf(kind), ...fields }),
  }));
  return {
    read: (from) => {
      const start = from.at;
      // Shorter names stand before `kind`: it is looked for, then the map is read from its beginning.
      for (let left = from.head(MAJOR.map); !from.take(KIND); left -= 1) {
        if (left === 0) throw from.fault('of no kind');
        from.skip();
        from.skip();
      }
      const found = all.find((one) => from.take(one.bytes));
      if (!found) throw from.fault('of no known kind');
      from.at = start;
      return readFields(found.fields, from) as Variant<V>; // read by the codecs of the kind that it names
    },
  };
};
