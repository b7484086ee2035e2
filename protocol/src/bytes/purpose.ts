import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, concat, toHex, toUtf8 } from './array.ts';

/** Makes Ed25519 signatures (RFC 8032) over a whole message; the private key may be out of reach. */
export type Signer = { readonly publicKey: Bytes; readonly sign: (message: Bytes) => Promise<Bytes> };

/** What a hash or a signature is for; each is valid for its purpose only. */
export type Purpose =
  | 'root'
  | 'issuing-certificate'
  | 'mandate'
  | 'sheet'
  | 'act'
  | 'entry'
  | 'countersignature'
  | 'held'
  | 'message'
  | 'device-proof'
  | 'link'
  | 'key-package'
  | 'circle'
  | 'roster'
  | 'epoch-authenticator'
  | 'blob'
  | 'frame-proof'
  | 'record'
  | 'issuing-request'
  | 'introduction'
  | 'introduction-words'
  | 'code-context'
  | 'code-commitment'
  | 'code-set'
  | 'code';

const prefixes = new Map<Purpose, Bytes>();

const prefixOf = (purpose: Purpose): Bytes => {
  let prefix = prefixes.get(purpose);
  if (!prefix) {
    prefix = concat(toUtf8(`parley/1 ${purpose}`), new Uint8Array(1));
    prefixes.set(purpose, prefix);
  }
  return prefix;
};

/** The bytes that are really signed: UTF-8("parley/1 " + purpose) ‖ 0x00 ‖ message. */
export const bound = (purpose: Purpose, message: Uint8Array): Bytes => concat(prefixOf(purpose), message);

// One hasher that has read each prefix, and one that is at work: a new one for every hash would cost as much again.
const begun = new Map<Purpose, ReturnType<typeof sha256.create>>();
const working = sha256.create();

/** SHA-256 over the message bound to its purpose. */
export const hash = (purpose: Purpose, message: Uint8Array): Bytes => {
  let start = begun.get(purpose);
  if (!start) {
    start = sha256.create().update(prefixOf(purpose));
    begun.set(purpose, start);
  }
  const out = new Uint8Array(32);
  start._cloneInto(working).update(message).digestInto(out);
  return out;
};

/** Signs a message for one purpose. */
export const sign = (signer: Signer, purpose: Purpose, message: Uint8Array): Promise<Bytes> =>
  signer.sign(bound(purpose, message));

// The y of all points of order 1, 2, 4 and 8, in every encoding of 255 bits (RFC 8032 §5.1.3).
const WEAK = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);
const WEAK_STARTS = new Set(Array.from(WEAK, (y) => Number.parseInt(y.slice(0, 2), 16)));

/**
 * Whether 32 bytes name a point of small order of Ed25519. As a public key anybody can sign under it; as a public
 * key or as the first half of a signature, engines differ on it.
 */
export const isWeak = (point: Uint8Array): boolean => {
  if (!WEAK_STARTS.has(point[0] ?? 0)) return false;
  const y = new Uint8Array(point);
  y[31] = (y[31] ?? 0) & 0x7f;
  return WEAK.has(toHex(y));
};

// Importing costs as much as half a verification; the same keys sign everything: those of a thousand meetings find room.
// `null`: no key to verify under.
const imported = new Map<string, CryptoKey | null>();
const REMEMBERED = 8_192;

const importKey = async (name: string, publicKey: Bytes): Promise<CryptoKey | null> => {
  const key = isWeak(publicKey)
    ? null
    : await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']).catch(() => null);
  if (imported.size >= REMEMBERED) imported.clear();
  imported.set(name, key);
  return key;
};

const no = Promise.resolve(false);

/**
 * Whether an Ed25519 signature (RFC 8032 §5.1.7, the equation without cofactor) over the message, bound to this
 * purpose, is this key's. Never under a key that is no point of the curve, or where key or first half of the
 * signature is a point of small order.
 */
export const verify = (publicKey: Bytes, purpose: Purpose, message: Uint8Array, signature: Bytes): Promise<boolean> => {
  if (signature.length !== 64 || isWeak(signature.subarray(0, 32))) return no;
  const under = (key: CryptoKey | null) =>
    key ? crypto.subtle.verify('Ed25519', key, signature, bound(purpose, message)) : no;
  const name = toHex(publicKey);
  const known = imported.get(name);
  return known === undefined ? importKey(name, publicKey).then(under) : under(known);
};
