import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Bytes, Signer } from '@parley/protocol/bytes';
import type { RootKeys, RootSigner } from '@parley/protocol/identity';

// What SubjectPublicKeyInfo puts before the key itself, for both kinds, is a head of fixed length.
const raw = (key: KeyObject, length: number): Bytes => {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return new Uint8Array(spki.subarray(spki.length - length));
};

/** A private key as it stands in a file: PKCS #8 in base64. */
export const toText = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'der' }).toString('base64');

/** Reads what `toText` wrote; throws on anything else. */
export const fromText = (text: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(text, 'base64'), type: 'pkcs8', format: 'der' });

/** A fresh Ed25519 private key. */
export const freshEd = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** A fresh ML-DSA-65 private key. */
export const freshPq = (): KeyObject => generateKeyPairSync('ml-dsa-65').privateKey;

/** An Ed25519 key that signs. */
export const signerOf = (key: KeyObject): Signer => ({
  publicKey: raw(key, 32),
  sign: async (message) => new Uint8Array(sign(null, message, key)),
});

/** A root that signs with both of its keys. */
export const rootSignerOf = (ed: KeyObject, pq: KeyObject): RootSigner => {
  const keys: RootKeys = { v: 1, ed: raw(ed, 32), pq: raw(pq, 1952) };
  return {
    keys,
    sign: async (message) => ({
      ed: new Uint8Array(sign(null, message, ed)),
      pq: new Uint8Array(sign(null, message, pq)),
    }),
  };
};
