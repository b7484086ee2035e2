import {
  type Bytes,
  bound,
  bytes,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  hash,
  Refusal,
  record,
  toHex,
  uint,
  within,
} from '../bytes/index.ts';
import { type Check, firstRefusal } from './check.ts';
import {
  fingerprint,
  ROOT_SIGNATURE,
  type RootKeys,
  type RootSignature,
  type RootSigner,
  verifyByRoot,
} from './root.ts';

/** An issuing key (Ed25519) that a root vouches for, for a while. `serial` is counted up by the root. */
const body = record({
  v: exactly(1),
  root: bytes(32),
  key: bytes(32),
  serial: uint(),
  from: uint(),
  until: uint(),
});
const signed = record({ body: within(512), ...ROOT_SIGNATURE });

/** A certificate that was verified against a pinned root. */
export type Issuer = Decoded<typeof body> & { readonly hash: Bytes };

/** Roots pinned here, by fingerprint in hexadecimal. */
export type Pins = ReadonlyMap<string, RootKeys>;

/** Certifies an issuing key with both signatures of the root. */
export const certify = async (
  root: RootSigner,
  issuing: { readonly key: Bytes; readonly serial: number; readonly from: number; readonly until: number },
): Promise<Bytes> => {
  const message = encode({ v: 1, root: fingerprint(root.keys), ...issuing });
  return encode({ body: message, ...(await root.sign(bound('issuing-certificate', message))) });
};

/** An issuing certificate whose two signatures still have to be checked. */
export type ClaimedIssuer = { readonly issuer: Issuer; readonly checks: readonly Check[] };

/**
 * Reads an issuing certificate at a time and says which signatures must stand. Refuses `identity.root-unknown` (its
 * root is not pinned) and `identity.certificate-expired` (outside `from` ≤ now < `until`); its check refuses
 * `identity.certificate-forged`.
 */
export const claimCertificate = (pins: Pins, certificate: Bytes, now: number): ClaimedIssuer | Refusal => {
  const read = opened.find((one) => equal(one.certificate, certificate)) ?? openCertificate(certificate);
  if (read instanceof Refusal) return read;
  const { issuer, message, signature } = read;
  const keys = pins.get(toHex(issuer.root));
  if (!keys || !equal(known(keys), issuer.root)) return new Refusal('identity.root-unknown', toHex(issuer.root));
  if (now < issuer.from || now >= issuer.until)
    return new Refusal('identity.certificate-expired', `valid ${issuer.from} to ${issuer.until}`);
  return { issuer, checks: [() => vouched(keys, issuer, message, signature)] };
};

/** Verifies an issuing certificate at a time: refuses what `claimCertificate` and its check refuse. */
export const verifyCertificate = async (pins: Pins, certificate: Bytes, now: number): Promise<Issuer | Refusal> => {
  const claimed = claimCertificate(pins, certificate, now);
  if (claimed instanceof Refusal) return claimed;
  return (await firstRefusal(claimed.checks)) ?? claimed.issuer;
};

// A pin that stands under another root's fingerprint is none.
const fingerprints = new WeakMap<RootKeys, Bytes>();
const known = (keys: RootKeys): Bytes => {
  const own = fingerprints.get(keys) ?? fingerprint(keys);
  fingerprints.set(keys, own);
  return own;
};

type Opened = {
  readonly certificate: Bytes;
  readonly issuer: Issuer;
  readonly message: Bytes;
  readonly signature: RootSignature;
};

// The same few certificates stand under every mandate of a meeting: hashing one costs more than finding it again.
const opened: Opened[] = [];

const openCertificate = (certificate: Bytes): Opened | Refusal => {
  const outer = decode(signed, certificate);
  if (outer instanceof Refusal) return outer;
  const inner = decode(body, outer.body);
  if (inner instanceof Refusal) return inner;
  const issuer = { ...inner, hash: hash('issuing-certificate', certificate) };
  const one = { certificate: certificate.slice(), issuer, message: outer.body, signature: outer };
  opened.unshift(one);
  if (opened.length > 16) opened.pop();
  return one;
};

// ML-DSA costs milliseconds. A certificate's hash covers body and signatures, the body names the root, and the
// root's fingerprint both its keys: who vouched for it once did so for good.
const stood = new Set<string>();
const REMEMBERED = 256;

const vouched = async (
  keys: RootKeys,
  { root, hash: certificate }: Issuer,
  message: Bytes,
  signature: RootSignature,
): Promise<Refusal | null> => {
  const name = toHex(certificate);
  if (stood.has(name)) return null;
  if (!(await verifyByRoot(keys, 'issuing-certificate', message, signature)))
    return new Refusal('identity.certificate-forged', toHex(root));
  if (stood.size >= REMEMBERED) stood.clear();
  stood.add(name);
  return null;
};
