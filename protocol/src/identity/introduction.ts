import { scryptAsync } from '@noble/hashes/scrypt.js';
import {
  type Bytes,
  bound,
  bytes,
  concat,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  numbersOf,
  Refusal,
  record,
  type Signer,
  sign,
  text,
  toHex,
  uint,
  verify,
  within,
} from '../bytes/index.ts';
import { type Issuer, verifyCertificate } from './certificate.ts';
import { fingerprint, rootKeys } from './root.ts';

const body = record({ v: exactly(1), root: rootKeys, name: text(120), peer: text(256), at: uint() });
const signed = record({ body: within(3072), certificate: within(4096), sig: bytes(64) });

/** How a delegation presents itself: its root, its name, the origin of its peer door, and when it said so (ms). */
export type Introduction = Omit<Decoded<typeof body>, 'root'> & {
  readonly keys: Decoded<typeof rootKeys>;
  /** Fingerprint of its root. */
  readonly root: Bytes;
  readonly issuer: Issuer;
};

/** Makes an introduction, signed by the issuing key. */
export const signIntroduction = async (
  by: { readonly keys: Decoded<typeof rootKeys>; readonly certificate: Bytes; readonly signer: Signer },
  statement: { readonly name: string; readonly peer: string; readonly at: number },
): Promise<Bytes> => {
  const message = encode({ v: 1, root: by.keys, ...statement });
  return encode({ body: message, certificate: by.certificate, sig: await sign(by.signer, 'introduction', message) });
};

/**
 * Opens an introduction at a time (ms). It proves that whoever holds this root presents itself so, and nothing about
 * who that is: only the words that both sides compare do. Refuses `bytes.*`, what `verifyCertificate` refuses under its
 * own root, and `introduction.forged`.
 */
export const openIntroduction = async (given: Bytes, now: number): Promise<Introduction | Refusal> => {
  const outer = decode(signed, given);
  if (outer instanceof Refusal) return outer;
  const inner = decode(body, outer.body);
  if (inner instanceof Refusal) return inner;
  const { root: keys, ...rest } = inner;
  const root = fingerprint(keys);
  const issuer = await verifyCertificate(new Map([[toHex(root), keys]]), outer.certificate, now);
  if (issuer instanceof Refusal) return issuer;
  if (!equal(issuer.root, root) || !(await verify(issuer.key, 'introduction', outer.body, outer.sig)))
    return new Refusal('introduction.forged', toHex(root));
  return { ...rest, keys, root, issuer };
};

const COUNT = 12;
const LENGTH = 17;
/** RFC 7914: 128 MiB and about half a second for each pair. */
const COST = { N: 2 ** 17, r: 8, p: 1, dkLen: LENGTH, maxmem: 2 ** 28 };

/**
 * The twelve numbers (0 to 2,047) that stand for a pair of roots, whichever side asks. Who sits between would need two
 * roots of its own that lead both sides to the same 132 bits: about 2^66 of them, each at the whole cost of scrypt.
 */
export const introductionNumbers = async (one: Bytes, other: Bytes): Promise<readonly number[]> => {
  const [low, high] = toHex(one) < toHex(other) ? [one, other] : [other, one];
  const derived = await scryptAsync(concat(low, high), bound('introduction-words', new Uint8Array(0)), COST);
  return numbersOf(derived, COUNT);
};
