import { type Bytes, Refusal, toUtf8 } from '../bytes/index.ts';
import { HEADER_MAX, headerLength, writeHeader } from './header.ts';

/** An AES-GCM suite of RFC 9605 §4.5. */
export type Suite = { readonly id: number; readonly hash: 'SHA-256' | 'SHA-512'; readonly keyBits: 128 | 256 };

/** AES_256_GCM_SHA512_128: the only suite that is sent or accepted. */
const SUITE: Suite = { id: 5, hash: 'SHA-512', keyBits: 256 };

/**
 * The key and salt of one key ID, with room for one nonce and one set of authenticated bytes: WebCrypto has copied
 * its arguments by the time it returns its promise.
 */
export type Cipher = {
  readonly kid: number;
  readonly key: CryptoKey;
  readonly salt: Bytes;
  readonly nonce: Bytes;
  readonly authenticated: Bytes;
};

/** Beside the header at most so many bytes are authenticated. */
const METADATA_MAX = 32;

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
  const nonce = new Uint8Array(salt.slice(0));
  const authenticated = new Uint8Array(HEADER_MAX + METADATA_MAX);
  return { kid, key, salt: new Uint8Array(salt), nonce, authenticated };
};

// Nonce: salt XOR counter. Authenticated: header ‖ metadata, where metadata is `before` ‖ `after` (§4.4.3).
const parametersOf = (
  { kid, salt, nonce, authenticated }: Cipher,
  counter: number,
  before: Uint8Array,
  after: Uint8Array,
): AesGcmParams => {
  const high = Math.floor(counter / 2 ** 32);
  for (let n = 0; n < 4; n += 1) {
    nonce[7 - n] = (salt[7 - n] ?? 0) ^ ((high >>> (8 * n)) & 255);
    nonce[11 - n] = (salt[11 - n] ?? 0) ^ ((counter >>> (8 * n)) & 255);
  }
  const header = writeHeader(kid, counter, authenticated, 0);
  authenticated.set(before, header);
  authenticated.set(after, header + before.length);
  const length = header + before.length + after.length;
  return { name: 'AES-GCM', iv: nonce, additionalData: authenticated.subarray(0, length) };
};

/**
 * Gives a buffer's memory back at once, where it is large: left to the garbage collector, pictures fill ever new pages,
 * and taking those costs as much as sealing what is written into them.
 */
export const free = (buffer: ArrayBuffer): void => {
  if (buffer.byteLength > 4096) buffer.transfer(0);
};

/**
 * Seals one plaintext (§4.4.3): `before ‖ header ‖ ciphertext ‖ tag ‖ after`, all of it authenticated; `before` and
 * `after` together are at most 32 bytes. The caller never gives the same counter twice for one cipher.
 */
export const seal = async (
  cipher: Cipher,
  counter: number,
  before: Uint8Array,
  after: Uint8Array,
  plaintext: Bytes,
): Promise<Bytes> => {
  const sealed = await crypto.subtle.encrypt(parametersOf(cipher, counter, before, after), cipher.key, plaintext);
  const start = before.length + headerLength(cipher.kid, counter);
  const out = new Uint8Array(start + sealed.byteLength + after.length);
  out.set(before);
  writeHeader(cipher.kid, counter, out, before.length);
  out.set(new Uint8Array(sealed), start);
  out.set(after, start + sealed.byteLength);
  free(sealed);
  return out;
};

/**
 * Opens one ciphertext ‖ tag (§4.4.4). Refuses (`sframe.unauthentic`) what was not sealed under this key with this
 * counter, and with the same `before` and `after`.
 */
export const open = async (
  cipher: Cipher,
  counter: number,
  before: Uint8Array,
  after: Uint8Array,
  ciphertext: Bytes,
): Promise<ArrayBuffer | Refusal> => {
  try {
    return await crypto.subtle.decrypt(parametersOf(cipher, counter, before, after), cipher.key, ciphertext);
  } catch {
    return new Refusal('sframe.unauthentic');
  }
};
