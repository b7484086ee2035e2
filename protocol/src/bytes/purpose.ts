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
  | 'message'
  | 'device-proof'
  | 'link'
  | 'key-package'
  | 'circle'
  | 'roster'
  | 'epoch-authenticator'
  | 'blob'
  | 'frame-proof';

const prefixes = new Map<Purpose, Bytes>();

const bind = (purpose: Purpose, message: Uint8Array): Bytes => {
  let prefix = prefixes.get(purpose);
  if (!prefix) {
    prefix = concat(toUtf8(`parley/1 ${purpose}`), new Uint8Array(1));
    prefixes.set(purpose, prefix);
  }
  return concat(prefix, message);
};

/** The bytes that are really signed: UTF-8("parley/1 " + purpose) ‖ 0x00 ‖ message. */
export const bound = bind;

/** SHA-256 over the message bound to its purpose. */
export const hash = (purpose: Purpose, message: Uint8Array): Bytes => new Uint8Array(sha256(bind(purpose, message)));

/** Signs a message for one purpose. */
export const sign = (signer: Signer, purpose: Purpose, message: Uint8Array): Promise<Bytes> =>
  signer.sign(bind(purpose, message));

// Importing costs as much as half a verification; the same few keys sign everything.
const imported = new Map<string, Promise<CryptoKey>>();
const REMEMBERED = 256;

const importKey = (publicKey: Bytes): Promise<CryptoKey> => {
  const name = toHex(publicKey);
  let key = imported.get(name);
  if (!key) {
    if (imported.size >= REMEMBERED) imported.clear();
    key = crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    imported.set(name, key);
  }
  return key;
};

/** Whether an Ed25519 signature over the message, bound to this purpose, is this key's. */
export const verify = async (
  publicKey: Bytes,
  purpose: Purpose,
  message: Uint8Array,
  signature: Bytes,
): Promise<boolean> => {
  try {
    return await crypto.subtle.verify('Ed25519', await importKey(publicKey), signature, bind(purpose, message));
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
};
