import {
  type Bytes,
  bound,
  bytes,
  bytesUpTo,
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
} from '../bytes/index.ts';
import { fingerprint, ROOT_SIGNATURE, type RootKeys, type RootSigner, verifyByRoot } from './root.ts';

/** An issuing key (Ed25519) that a root vouches for, for a while. `serial` is counted up by the root. */
const body = record({
  v: exactly(1),
  root: bytes(32),
  key: bytes(32),
  serial: uint(),
  from: uint(),
  until: uint(),
});
const signed = record({ body: bytesUpTo(512), ...ROOT_SIGNATURE });

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

/**
 * Verifies an issuing certificate at a time. Refuses `identity.root-unknown` (its root is not pinned),
 * `identity.certificate-forged` (one of the two signatures does not stand), `identity.certificate-expired`
 * (outside `from` ≤ now < `until`).
 */
export const verifyCertificate = async (pins: Pins, certificate: Bytes, now: number): Promise<Issuer | Refusal> => {
  const outer = decode(signed, certificate);
  if (outer instanceof Refusal) return outer;
  const inner = decode(body, outer.body);
  if (inner instanceof Refusal) return inner;
  const keys = pins.get(toHex(inner.root));
  if (!keys || !equal(fingerprint(keys), inner.root)) return new Refusal('identity.root-unknown', toHex(inner.root));
  const name = toHex(hash('issuing-certificate', certificate));
  // ML-DSA costs milliseconds; the bytes and the keys that vouch for them are named whole.
  if (!stood.has(name)) {
    if (!(await verifyByRoot(keys, 'issuing-certificate', outer.body, outer)))
      return new Refusal('identity.certificate-forged', toHex(inner.root));
    if (stood.size >= REMEMBERED) stood.clear();
    stood.add(name);
  }
  if (now < inner.from || now >= inner.until)
    return new Refusal('identity.certificate-expired', `valid ${inner.from} to ${inner.until}`);
  return { ...inner, hash: hash('issuing-certificate', certificate) };
};

const stood = new Set<string>();
const REMEMBERED = 256;
