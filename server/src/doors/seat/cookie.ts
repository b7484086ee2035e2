import { createHash, randomBytes } from 'node:crypto';
import type { Bytes } from '@parley/protocol/bytes';

const NAME = 'parley';
const VALUE = /^[A-Za-z0-9_-]{43}$/;

const hashOf = (value: string): Bytes => new Uint8Array(createHash('sha256').update(value).digest());

/** A fresh cookie for a seat: what the browser is told, and the hash that is kept here. */
export const freshCookie = (seat: string, secure: boolean): { readonly header: string; readonly hash: Bytes } => {
  const value = randomBytes(32).toString('base64url');
  const path = `/seat/${encodeURIComponent(seat)}`;
  const header = `${NAME}=${value}; Path=${path}; HttpOnly; SameSite=Strict; Max-Age=2592000`;
  return { header: secure ? `${header}; Secure` : header, hash: hashOf(value) };
};

/** The hash of the cookie in a `Cookie` header; null where none of ours stands there. */
export const cookieHash = (header: string | undefined): Bytes | null => {
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=');
    if (name === NAME && value !== undefined && VALUE.test(value)) return hashOf(value);
  }
  return null;
};
