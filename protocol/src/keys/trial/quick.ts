import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { CiphersuiteImpl } from 'ts-mls';

// WebCrypto hands each hash to another thread, which costs more than the hash. Over the long runs it is most of the
// time, so they take the same functions from node:crypto, where they run in place.
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

const algorithms = { 32: 'sha256', 48: 'sha384', 64: 'sha512' };

/** The same suite with hashes, MACs and HKDF that run in place. */
export const inPlace = (suite: CiphersuiteImpl): CiphersuiteImpl => {
  const algorithm = Object.entries(algorithms).find(([size]) => Number(size) === suite.kdf.size)?.[1] ?? 'none';
  const mac = (key: Uint8Array, data: Uint8Array) => new Uint8Array(createHmac(algorithm, key).update(data).digest());
  const expand = (key: Uint8Array, info: Uint8Array, length: number) => {
    const all = new Uint8Array(Math.ceil(length / suite.kdf.size) * suite.kdf.size);
    let block = new Uint8Array(0);
    for (let n = 0; n * suite.kdf.size < length; n += 1) {
      block = mac(key, Buffer.concat([block, info, Uint8Array.of(n + 1)]));
      all.set(block, n * suite.kdf.size);
    }
    return all.slice(0, length);
  };
  return {
    ...suite,
    hash: {
      digest: async (data) => new Uint8Array(createHash(algorithm).update(data).digest()),
      mac: async (key, data) => mac(key, data),
      verifyMac: async (key, tag, data) => tag.length === suite.kdf.size && timingSafeEqual(mac(key, data), tag),
    },
    kdf: {
      size: suite.kdf.size,
      // HKDF takes a missing salt for zeros, and so does HMAC.
      extract: async (salt, secret) => mac(salt, secret),
      expand: async (key, info, length) => expand(key, info, length),
    },
  };
};

/** The same, and Ed25519 verification in place. */
export const quick = (suite: CiphersuiteImpl): CiphersuiteImpl => ({
  ...inPlace(suite),
  signature: {
    ...suite.signature,
    verify: async (publicKey, message, signature) => {
      const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' });
      return verify(null, message, key, signature);
    },
  },
});
