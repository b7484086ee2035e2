import { type Bytes, equal, fromHex, hash, toHex } from '@parley/protocol/bytes';

/** KeyPackages, commits and Welcomes, by the hash that an act names. Wrong bytes never get in. */
export type Blobs = {
  /** Keeps bytes that came beside an entry, under their own hashes. */
  readonly keep: (bytes: Bytes) => void;
  /** The node's answer to `want`. */
  readonly answer: (name: Bytes, bytes: Bytes | null) => void;
  /** The bytes under a name, asked from the node where they are not held; null when the node has none. */
  readonly get: (name: Bytes) => Promise<Bytes | null>;
  /** Asks again for everything that is awaited: the node may never have heard of it. */
  readonly again: () => void;
};

/** Opens the store; `want` asks the node. */
export const openBlobs = (want: (name: Bytes) => void): Blobs => {
  const held = new Map<string, Bytes>();
  const waiting = new Map<string, ((bytes: Bytes | null) => void)[]>();

  const settle = (name: string, bytes: Bytes | null) => {
    for (const resolve of waiting.get(name) ?? []) resolve(bytes);
    waiting.delete(name);
  };
  const keepAs = (name: Bytes, bytes: Bytes) => {
    held.set(toHex(name), bytes);
    settle(toHex(name), bytes);
  };

  return {
    keep: (bytes) => {
      for (const purpose of ['key-package', 'blob'] as const) keepAs(hash(purpose, bytes), bytes);
    },
    answer: (name, bytes) => {
      const right = bytes && (['key-package', 'blob'] as const).some((purpose) => equal(hash(purpose, bytes), name));
      if (right) keepAs(name, bytes);
      else settle(toHex(name), null);
    },
    get: (name) => {
      const found = held.get(toHex(name));
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => {
        waiting.set(toHex(name), [...(waiting.get(toHex(name)) ?? []), resolve]);
        want(name);
      });
    },
    again: () => {
      for (const name of waiting.keys()) want(fromHex(name));
    },
  };
};
