import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, equal, hash, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import {
  askForCertificate,
  certify,
  fingerprint,
  openCertified,
  type RootKeys,
  type RootSigner,
  verifyCertificate,
} from '@parley/protocol/identity';
import { readFields, writeFields } from './fields.ts';
import { freshEd, fromText, signerOf, toText } from './keys.ts';
import { createRoot, readRoot } from './root-file.ts';

const DAY_MS = 86_400_000;
/** How long an issuing key is certified for, and when it is renewed: 30 days, with a week to spare. */
const VALID_MS = 30 * DAY_MS;
const RENEW_MS = 7 * DAY_MS;
/** A clock may be hours off, this one or a counterpart’s: what was certified just now is valid all the same. */
const EARLIER_MS = DAY_MS;

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

/** The file of the root in a folder of an identity, where it is kept beside. */
export const rootPath = (folder: string): string => join(folder, 'root.json');
const issuingPath = (folder: string): string => join(folder, 'issuing.json');
const EARLIER = 'issuing-before-';
const nextPath = (folder: string): string => join(folder, 'issuing-next.json');
const requestedPath = (folder: string): string => join(folder, 'requested.json');

const base64 = (bytes: Bytes): string => Buffer.from(bytes).toString('base64');
const unbase64 = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'base64'));

/** What a file keeps of an issuing key, without a look at whether it is valid. */
const readIssuing = (path: string) => {
  if (!existsSync(path)) return new Refusal('identity.none', path);
  const kept = readFields(path, ['key', 'certificate', 'ed', 'pq']);
  if (kept instanceof Refusal) return kept;
  const keys: RootKeys = { v: 1, ed: unbase64(kept.ed), pq: unbase64(kept.pq) };
  return { root: fingerprint(keys), keys, certificate: unbase64(kept.certificate), key: kept.key };
};

// One that was in use is kept beside: meetings that were agreed on with it go on with it.
const writeIssuing = (folder: string, key: string, keys: RootKeys, certificate: Bytes): void => {
  const before = readIssuing(issuingPath(folder));
  if (!(before instanceof Refusal)) {
    const name = toHex(hash('issuing-certificate', before.certificate)).slice(0, 16);
    renameSync(issuingPath(folder), join(folder, `${EARLIER}${name}.json`));
  }
  writeIssuingAt(issuingPath(folder), key, keys, certificate);
};

const writeIssuingAt = (path: string, key: string, keys: RootKeys, certificate: Bytes): void =>
  writeFields(path, { key, certificate: base64(certificate), ed: base64(keys.ed), pq: base64(keys.pq) });

/** The root that a folder's node acts under, whether or not its certificate is valid; refuses `identity.none`. */
export const keptRoot = (folder: string): Pick<Identity, 'root' | 'keys'> | Refusal => readIssuing(issuingPath(folder));

/**
 * The identity that a folder keeps: nothing is made or renewed. Refuses `identity.none`, `file.unreadable`, and what
 * `verifyCertificate` refuses at `now` (ms).
 */
export const keptIdentity = (folder: string, now: number): Promise<Identity | Refusal> =>
  identityIn(issuingPath(folder), now);

/**
 * The identity of a folder that signs with this issuing key: the present one, or one that it took the place of. Refuses
 * `identity.none`, and what `verifyCertificate` refuses at `now` (ms).
 */
export const identityWith = async (folder: string, key: Bytes, now: number): Promise<Identity | Refusal> => {
  const earlier = readdirSync(folder).filter((name) => name.startsWith(EARLIER));
  for (const path of [issuingPath(folder), ...earlier.map((name) => join(folder, name))]) {
    const found = await identityIn(path, now);
    if (!(found instanceof Refusal) && equal(found.signer.publicKey, key)) return found;
  }
  return new Refusal('identity.none', toHex(key));
};

const identityIn = async (path: string, now: number): Promise<Identity | Refusal> => {
  const kept = readIssuing(path);
  if (kept instanceof Refusal) return kept;
  const { root, keys, certificate, key } = kept;
  const issuer = await verifyCertificate(new Map([[toHex(root), keys]]), certificate, now);
  if (issuer instanceof Refusal) return issuer;
  return { root, keys, certificate, serial: issuer.serial, until: issuer.until, signer: signerOf(fromText(key)) };
};

/** Certifies an issuing key by a root, from `now` (ms) for as many ms. */
export const certifyFor = (root: RootSigner, key: Bytes, now: number, ms: number): Promise<Bytes> =>
  // The serial counts up, whatever was lost.
  certify(root, { key, serial: now, from: now - EARLIER_MS, until: now + ms });

const certifyHere = async (folder: string, root: RootSigner, now: number): Promise<Identity | Refusal> => {
  const key = freshEd();
  const certificate = await certifyFor(root, signerOf(key).publicKey, now, VALID_MS);
  writeIssuing(folder, toText(key), root.keys, certificate);
  return keptIdentity(folder, now);
};

/**
 * The identity that a node acts under at `now` (ms). Where the root is kept in the folder too, the issuing key is
 * renewed a week before its certificate ends. For a node that starts: one that runs signs with what it started with.
 * Refuses what `keptIdentity` and `readRoot` refuse.
 */
export const actingIdentity = async (folder: string, now: number): Promise<Identity | Refusal> => {
  promote(folder);
  const kept = await keptIdentity(folder, now);
  if (!(kept instanceof Refusal) && kept.until - now > RENEW_MS) return kept;
  // A key that is there and cannot be read is not to be replaced: what was agreed on with it would be lost.
  const gone = kept instanceof Refusal && kept.code !== 'identity.none' && kept.code !== 'identity.certificate-expired';
  if (gone || !existsSync(rootPath(folder))) return kept;
  const root = readRoot(rootPath(folder));
  return root instanceof Refusal ? root : certifyHere(folder, root, now);
};

/** The same, in a folder where root and issuing key are made if there are none (a rehearsal). Throws where it cannot. */
export const openIdentity = async (folder: string, now: number): Promise<Identity> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(rootPath(folder)) && !existsSync(issuingPath(folder))) createRoot(rootPath(folder));
  const identity = await actingIdentity(folder, now);
  if (identity instanceof Refusal) throw new Error(`${identity.code}: ${identity.detail}`);
  return identity;
};

/** A request for a certificate, for a root that is kept elsewhere; the same again until it is answered. */
export const requestCertificate = async (folder: string): Promise<Bytes | Refusal> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = requestedPath(folder);
  if (!existsSync(path)) writeFields(path, { key: toText(freshEd()) });
  const kept = readFields(path, ['key']);
  return kept instanceof Refusal ? kept : askForCertificate(signerOf(fromText(kept.key)));
};

/** Puts a certified key into place that waited for the node to start anew. */
const promote = (folder: string): void => {
  const next = readIssuing(nextPath(folder));
  if (next instanceof Refusal) return;
  writeIssuing(folder, next.key, next.keys, next.certificate);
  rmSync(nextPath(folder));
};

/**
 * Puts into place what a root elsewhere certified; `waits`: at the next start, because a node runs with the one before. Refuses `identity.not-requested` (no such key was asked for here),
 * `identity.other-root` (a root other than this node's own), and what `openCertified` refuses at `now` (ms).
 */
export const installCertificate = async (
  folder: string,
  given: Bytes,
  now: number,
  waits = false,
): Promise<Identity | Refusal> => {
  const opened = await openCertified(given, now);
  if (opened instanceof Refusal) return opened;
  const { keys, certificate, issuer } = opened;
  const path = requestedPath(folder);
  if (!existsSync(path)) return new Refusal('identity.not-requested', folder);
  const kept = readFields(path, ['key']);
  if (kept instanceof Refusal) return kept;
  if (!equal(signerOf(fromText(kept.key)).publicKey, issuer.key)) return new Refusal('identity.not-requested', folder);
  const before = keptRoot(folder);
  if (!(before instanceof Refusal) && !equal(before.root, issuer.root))
    return new Refusal('identity.other-root', toHex(before.root));
  if (waits) writeIssuingAt(nextPath(folder), kept.key, keys, certificate);
  else writeIssuing(folder, kept.key, keys, certificate);
  rmSync(path);
  return identityIn(waits ? nextPath(folder) : issuingPath(folder), now);
};
