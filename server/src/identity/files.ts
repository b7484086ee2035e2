import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import { certify, fingerprint, type RootKeys, verifyCertificate } from '@parley/protocol/identity';
import { freshEd, freshPq, fromText, rootSignerOf, signerOf, toText } from './keys.ts';

/** How long an issuing key is certified for, and when it is renewed: 30 days, with a week to spare. */
const VALID_MS = 30 * 86_400_000;
const RENEW_MS = 7 * 86_400_000;
/** A counterpart's clock may be behind. */
const EARLIER_MS = 300_000;

/** Who a node is: its root's public keys, and the short-lived issuing key that signs for it. */
export type Identity = {
  readonly root: Bytes;
  readonly keys: RootKeys;
  readonly certificate: Bytes;
  readonly serial: number;
  /** When its certificate ends, in ms. */
  readonly until: number;
  readonly signer: Signer;
};

const write = (path: string, value: object): void => {
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

const read = (path: string, names: readonly string[]): Map<string, string> => {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const found = new Map<string, string>();
  for (const name of names) {
    const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    if (typeof text !== 'string') throw new Error(`${path} is damaged: ${name} is missing`);
    found.set(name, text);
  }
  return found;
};
const take = (from: Map<string, string>, name: string): string => from.get(name) ?? '';

/**
 * The root of a folder, made where there is none. Its private keys (`root.json`, 0600) are needed to certify issuing
 * keys only, and can be kept elsewhere in between.
 */
const openRoot = (folder: string) => {
  const path = join(folder, 'root.json');
  if (!existsSync(path)) write(path, { ed: toText(freshEd()), pq: toText(freshPq()) });
  const kept = read(path, ['ed', 'pq']);
  return rootSignerOf(fromText(take(kept, 'ed')), fromText(take(kept, 'pq')));
};

/** What a folder keeps of an issuing key, without a look at whether it is valid; null where there is none. */
const readIssuing = (folder: string) => {
  const path = join(folder, 'issuing.json');
  if (!existsSync(path)) return null;
  const kept = read(path, ['key', 'certificate', 'ed', 'pq']);
  const bytes = (name: string): Bytes => new Uint8Array(Buffer.from(take(kept, name), 'base64'));
  const keys: RootKeys = { v: 1, ed: bytes('ed'), pq: bytes('pq') };
  return { root: fingerprint(keys), keys, certificate: bytes('certificate'), key: take(kept, 'key') };
};

/** The root that a folder's node acts under, whether or not its certificate is valid; refuses `identity.none`. */
export const keptRoot = (folder: string): Pick<Identity, 'root' | 'keys'> | Refusal =>
  readIssuing(folder) ?? new Refusal('identity.none', folder);

/**
 * The identity that a folder keeps, for a command beside a node: nothing is made or renewed. Refuses
 * `identity.none`, and what `verifyCertificate` refuses at `now` (ms).
 */
export const keptIdentity = async (folder: string, now: number): Promise<Identity | Refusal> => {
  const kept = readIssuing(folder);
  if (!kept) return new Refusal('identity.none', folder);
  const { root, keys, certificate, key } = kept;
  const issuer = await verifyCertificate(new Map([[toHex(root), keys]]), certificate, now);
  if (issuer instanceof Refusal) return issuer;
  return { root, keys, certificate, serial: issuer.serial, until: issuer.until, signer: signerOf(fromText(key)) };
};

/**
 * The identity in a folder, made where there is none; the issuing key is renewed a week before its certificate ends.
 * Private keys stand in files of their own (0600), never in the database. `now` in ms.
 */
export const openIdentity = async (folder: string, now: number): Promise<Identity> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'issuing.json');
  const kept = await keptIdentity(folder, now);
  if (!(kept instanceof Refusal) && kept.until - now > RENEW_MS) return kept;
  const rootSigner = openRoot(folder);
  const key = freshEd();
  const signer = signerOf(key);
  const serial = now; // counts up, whatever was lost
  const until = now + VALID_MS;
  const certificate = await certify(rootSigner, { key: signer.publicKey, serial, from: now - EARLIER_MS, until });
  const base64 = (bytes: Bytes) => Buffer.from(bytes).toString('base64');
  const { ed, pq } = rootSigner.keys;
  write(path, { key: toText(key), certificate: base64(certificate), ed: base64(ed), pq: base64(pq) });
  return { root: fingerprint(rootSigner.keys), keys: rootSigner.keys, certificate, serial, until, signer };
};
