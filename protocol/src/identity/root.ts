import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import {
  type Bytes,
  bound,
  bytes,
  type Decoded,
  encode,
  exactly,
  hash,
  type Purpose,
  record,
  verify,
} from '../bytes/index.ts';

export const ROOT_SIGNATURE = { ed: bytes(64), pq: bytes(3309) };

/** A root's public keys: Ed25519 (32 bytes) and ML-DSA-65 (1,952 bytes, FIPS 204). */
export const rootKeys = record({ v: exactly(1), ed: bytes(32), pq: bytes(1952) });
export type RootKeys = Decoded<typeof rootKeys>;

/** Both signatures of a root over one message. */
export type RootSignature = { readonly ed: Bytes; readonly pq: Bytes };

/** A root that can sign; it may stand on a machine without a network. */
export type RootSigner = { readonly keys: RootKeys; readonly sign: (message: Bytes) => Promise<RootSignature> };

/** What others pin: 32 bytes. */
export const fingerprint = (keys: RootKeys): Bytes => hash('root', encode(keys));

/** Whether both of a root's signatures stand over the message bound to this purpose. One alone is worth nothing. */
export const verifyByRoot = async (
  keys: RootKeys,
  purpose: Purpose,
  message: Bytes,
  signature: RootSignature,
): Promise<boolean> =>
  (await verify(keys.ed, purpose, message, signature.ed)) &&
  ml_dsa65.verify(signature.pq, bound(purpose, message), keys.pq);
