/** Bytes as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const utf8 = new TextEncoder();

/** UTF-8 of a text. */
export const toUtf8 = (text: string): Bytes => utf8.encode(text);

/** Lower-case hexadecimal. */
export const toHex = (bytes: Uint8Array): string => {
  if (NATIVE) return bytes.toHex();
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
};

// Chromium has it from 140, Firefox from 133, Safari from 18.2.
const NATIVE = typeof Uint8Array.prototype.toHex === 'function';
const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

/** Bytes of a lower-case hexadecimal text; throws on anything else. */
export const fromHex = (hex: string): Bytes => {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new Error('not lower-case hexadecimal');
  return Uint8Array.from({ length: hex.length / 2 }, (_, n) => Number.parseInt(hex.slice(2 * n, 2 * n + 2), 16));
};

/** Whether two byte strings are the same (not constant-time: for public values only). */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n += 1) if (a[n] !== b[n]) return false;
  return true;
};

/** One byte string after the other. */
export const concat = (...parts: readonly Uint8Array[]): Bytes => {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
