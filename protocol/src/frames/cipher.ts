import { type Bytes, Refusal, toUtf8 } from '../bytes/index.ts';
import { HEADER_MAX, writeHeader } from './header.ts';

/** An AES-GCM suite of RFC 9605 §4.5. */
export type Suite = { readonly id: number; readonly hash: 'SHA-256' | 'SHA-512'; readonly keyBits: 128 | 256 };

/** AES_256_GCM_SHA512_128: the only suite that is sent or accepted. */
export const SUITE: Suite = { id: 5, hash: 'SHA-512', keyBits: 256 };

/** The key, salt and nonce scratch of one key ID. Not to be shared between sealing and opening. */
export type Cipher = { readonly kid: number; readonly key: CryptoKey; readonly salt: Bytes; readonly nonce: Bytes };

/** Bytes that GCM's tag adds. */
export const TAG_BYTES = 16;

/** Base key bytes of an epoch (MLS exporter, RFC 9605 §5.2) as a key that can only be derived from. */
export const importBaseKey = (baseKey: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', baseKey, 'HKDF', false, ['deriveKey', 'deriveBits']);

const label = (text: string, kid: number, suite: Suite): Bytes => {
  const words = toUtf8(text);
  const info = new Uint8Array(words.length + 10);
  info.set(words);
  const view = new DataView(info.buffer);
  view.setUint32(words.length, Math.floor(kid / 2 ** 32));
  view.setUint32(words.length + 4, kid % 2 ** 32);
  view.setUint16(words.length + 8, suite.id);
  return info;
};

/** Key and salt of one key ID (RFC 9605 §4.4.2): for sealing, or for opening. */
export const deriveCipher = async (
  baseKey: CryptoKey,
  kid: number,
  use: 'encrypt' | 'decrypt',
  suite: Suite = SUITE,
): Promise<Cipher> => {
  const from = (info: Bytes) => ({ name: 'HKDF', hash: suite.hash, salt: new Uint8Array(0), info });
  const [key, salt] = await Promise.all([
    crypto.subtle.deriveKey(
      from(label('SFrame 1.0 Secret key ', kid, suite)),
      baseKey,
      { name: 'AES-GCM', length: suite.keyBits },
      false,
      [use],
    ),
    crypto.subtle.deriveBits(from(label('SFrame 1.0 Secret salt ', kid, suite)), baseKey, 96),
  ]);
  return { kid, key, salt: new Uint8Array(salt), nonce: new Uint8Array(salt.slice(0)) };
};

// Salt XOR counter (§4.4.3). WebCrypto copies its arguments when called, so one nonce scratch a cipher will do.
const nonceOf = ({ salt, nonce }: Cipher, counter: number): Bytes => {
  let rest = counter;
  for (let n = 11; n >= 4; n -= 1) {
    nonce[n] = (salt[n] ?? 0) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return nonce;
};

/**
 * Seals one plaintext (§4.4.3): `prefix ‖ header ‖ ciphertext ‖ tag`. The header and `metadata` are authenticated.
 * The caller never gives the same counter twice for one cipher.
 */
export const seal = async (
  cipher: Cipher,
  counter: number,
  prefix: Uint8Array,
  metadata: Uint8Array,
  plaintext: Bytes,
): Promise<Bytes> => {
  const aad = new Uint8Array(HEADER_MAX + metadata.length);
  const headerLength = writeHeader(cipher.kid, counter, aad, 0);
  aad.set(metadata, headerLength);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonceOf(cipher, counter), additionalData: aad.subarray(0, headerLength + metadata.length) },
    cipher.key,
    plaintext,
  );
  const out = new Uint8Array(prefix.length + headerLength + sealed.byteLength);
  out.set(prefix);
  out.set(aad.subarray(0, headerLength), prefix.length);
  out.set(new Uint8Array(sealed), prefix.length + headerLength);
  return out;
};

/**
 * Opens one ciphertext ‖ tag (§4.4.4). Refuses (`sframe.unauthentic`) what was not sealed under this key with this
 * counter, header and metadata.
 */
export const open = async (
  cipher: Cipher,
  counter: number,
  header: Uint8Array,
  metadata: Uint8Array,
  ciphertext: Bytes,
): Promise<ArrayBuffer | Refusal> => {
  const aad = new Uint8Array(header.length + metadata.length);
  aad.set(header);
  aad.set(metadata, header.length);
  try {
    return await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: nonceOf(cipher, counter), additionalData: aad },
      cipher.key,
      ciphertext,
    );
  } catch {
    return new Refusal('sframe.unauthentic');
  }
};
