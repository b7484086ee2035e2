import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { type Bytes, concat, fromHex, type Signer, toUtf8 } from '../bytes/index.ts';
import type { RootSigner } from '../identity/index.ts';

/** 32 bytes that follow from a name: the same in every run. For tests only. */
export const seedOf = (name: string): Bytes => new Uint8Array(sha256(toUtf8(`parley test ${name}`)));

// RFC 8410 §7: a PKCS #8 private key is this, and the 32 bytes of the seed.
const PKCS8 = fromHex('302e020100300506032b657004220420');

/** The Ed25519 key of a 32-byte seed, as a signer. */
export const signerOf = async (seed: Bytes): Promise<Signer> => {
  const key = await crypto.subtle.importKey('pkcs8', concat(PKCS8, seed), 'Ed25519', false, ['sign']);
  return {
    publicKey: new Uint8Array(ed25519.getPublicKey(seed)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message)),
  };
};

/** An Ed25519 key that follows from a name. */
export const testKey = (name: string): Promise<Signer> => signerOf(seedOf(name));

/** A delegation's root that follows from a name: Ed25519 and ML-DSA-65, both without randomness. */
export const testRoot = async (name: string): Promise<RootSigner> => {
  const ed = await testKey(`${name} root`);
  const pq = ml_dsa65.keygen(seedOf(`${name} root pq`));
  return {
    keys: { v: 1, ed: ed.publicKey, pq: new Uint8Array(pq.publicKey) },
    sign: async (message) => ({
      ed: await ed.sign(message),
      pq: new Uint8Array(ml_dsa65.sign(message, pq.secretKey, { extraEntropy: false })),
    }),
  };
};
