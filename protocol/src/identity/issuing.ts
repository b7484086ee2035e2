import {
  type Bytes,
  bytes,
  decode,
  encode,
  exactly,
  Refusal,
  record,
  type Signer,
  sign,
  toHex,
  verify,
  within,
} from '../bytes/index.ts';
import { type Issuer, verifyCertificate } from './certificate.ts';
import { fingerprint, type RootKeys, rootKeys } from './root.ts';

const request = record({ v: exactly(1), key: bytes(32), sig: bytes(64) });

/** What a node carries to a root that is kept elsewhere: its issuing key, and the proof that it holds it. */
export const askForCertificate = async (issuing: Signer): Promise<Bytes> => {
  const key = issuing.publicKey;
  return encode({ v: 1, key, sig: await sign(issuing, 'issuing-request', key) });
};

/** The key that a request asks a certificate for; refuses `bytes.*` and `identity.request-forged`. */
export const openRequest = async (given: Bytes): Promise<Bytes | Refusal> => {
  const read = decode(request, given);
  if (read instanceof Refusal) return read;
  const { key, sig } = read;
  return (await verify(key, 'issuing-request', key, sig)) ? key : new Refusal('identity.request-forged');
};

const certified = record({ v: exactly(1), root: rootKeys, certificate: within(4096) });

/** What a root gives a node back: its own public keys, and the certificate. */
export const packCertified = (root: RootKeys, certificate: Bytes): Bytes => encode({ v: 1, root, certificate });

/** Opens that at a time (ms), under the root that it names; refuses `bytes.*` and what `verifyCertificate` refuses. */
export const openCertified = async (
  given: Bytes,
  now: number,
): Promise<{ readonly keys: RootKeys; readonly certificate: Bytes; readonly issuer: Issuer } | Refusal> => {
  const read = decode(certified, given);
  if (read instanceof Refusal) return read;
  const { root: keys, certificate } = read;
  const issuer = await verifyCertificate(new Map([[toHex(fingerprint(keys)), keys]]), certificate, now);
  return issuer instanceof Refusal ? issuer : { keys, certificate, issuer };
};
