import type { Bytes } from '@parley/protocol/bytes';

/** A seating's own key for proofs of authorship; `seed` is the private key (RFC 8032 §5.1.5), 32 bytes. */
export type FrameKey = { readonly publicKey: Bytes; readonly seed: Bytes };

const SEED = 32;

/** A fresh frame key. It is extractable on purpose: it goes to the frame worker, and to the table afterwards. */
export const makeFrameKey = async (): Promise<FrameKey> => {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('the browser made no Ed25519 key pair');
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  // PKCS #8 of an Ed25519 key ends in its seed (RFC 8410 §7).
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  return { publicKey, seed: pkcs8.slice(-SEED) };
};
