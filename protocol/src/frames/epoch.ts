import type { Bytes } from '../bytes/index.ts';

/** One leaf of an epoch: the seat that alone may send under it. */
export type Leaf = {
  /** MLS leaf index, below 1024. */
  readonly leaf: number;
  /** The seq of the seat's sit entry. */
  readonly seating: number;
  /** Fingerprint of the seat's delegation, lower-case hex. */
  readonly delegation: string;
  /** The seat's Ed25519 frame key, 32 bytes. */
  readonly frameKey: Bytes;
};

/** What names an epoch: signed in every proof. */
export type EpochName = {
  /** 16 bytes. */
  readonly meeting: Bytes;
  readonly circle: string;
  readonly generation: number;
  readonly epoch: number;
  /** hash("epoch-authenticator", …), 32 bytes. */
  readonly authenticator: Bytes;
};

/** One epoch of a circle, with its keys. */
export type Epoch = EpochName & {
  /** The exporter's output as a derive-only key (`importBaseKey`). */
  readonly baseKey: CryptoKey;
  readonly ownLeaf: number;
  readonly leaves: readonly Leaf[];
};

/** The epoch's name as a map's key. */
export const epochLabel = (generation: number, epoch: number): string => `${generation}.${epoch}`;
