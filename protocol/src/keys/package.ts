import { generateKeyPackageWithKey, type KeyPackage, type PrivateKeyPackage, zeroOutUint8Array } from 'ts-mls';
import { verifyKeyPackage } from 'ts-mls/keyPackage.js';
import { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
import { type Bytes, equal, hash, Refusal, type Signer, toHex } from '../bytes/index.ts';
import { capabilitiesOf, readLeaf } from './leaf.ts';
import { PACKAGE_LIMIT, readMessage, writeMessage } from './message.ts';
import { deviceSuite, loadSuite, NO_KEY, SUITE, type SuiteName, usable } from './suite.ts';

/** A KeyPackage of this device. Its private keys are kept apart, for `foundCircle` and `joinCircle`. */
export type OwnPackage = {
  /** The bytes to publish: an MLSMessage with a KeyPackage. */
  readonly keyPackage: Bytes;
  /** hash("key-package", keyPackage), which the sit entry names. */
  readonly hash: Bytes;
  /** Hash of the mandate that it stands for. */
  readonly mandate: Bytes;
  /** The device's Ed25519 public key. */
  readonly device: Bytes;
};

type Secrets = {
  readonly suite: SuiteName;
  readonly signer: Signer;
  readonly public: KeyPackage;
  readonly private: PrivateKeyPackage;
};

// Beside the value and not inside it, so that no log line, message or store can take the keys along.
const secrets = new WeakMap<OwnPackage, Secrets>();

/** The private side of a package, keys copied; throws for one that was not prepared here or is spent. */
export const openPackage = (own: OwnPackage): Secrets => {
  const found = secrets.get(own);
  if (!found) throw new Error('this KeyPackage was not prepared here, or it is spent');
  const { initPrivateKey, hpkePrivateKey, signaturePrivateKey } = found.private;
  return {
    ...found,
    private: { initPrivateKey: initPrivateKey.slice(), hpkePrivateKey: hpkePrivateKey.slice(), signaturePrivateKey },
  };
};

const seconds = {
  floor: (ms: number) => BigInt(Math.floor(ms / 1000)),
  ceil: (ms: number) => BigInt(Math.ceil(ms / 1000)),
};

/**
 * Makes a KeyPackage (RFC 9420 §10) for one taking of a seat: fresh HPKE keys, a basic credential that is the
 * mandate's hash, signed by the device key.
 * @param mandate Hash of the mandate, 32 bytes.
 * @param from, until Validity in milliseconds since 1970, widened to whole seconds.
 */
export const preparePackage = async (wish: {
  readonly mandate: Bytes;
  readonly signer: Signer;
  readonly from: number;
  readonly until: number;
  readonly suite?: SuiteName;
}): Promise<OwnPackage> => {
  const { mandate, signer, suite = SUITE } = wish;
  if (mandate.length !== 32) throw new Error('a mandate hash has 32 bytes');
  const made = await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: mandate },
    capabilitiesOf(suite),
    { notBefore: seconds.floor(wish.from), notAfter: seconds.ceil(wish.until) },
    [],
    { signKey: NO_KEY, publicKey: signer.publicKey },
    await deviceSuite(suite, signer),
  );
  const keyPackage = packageBytes(made.publicPackage);
  const own: OwnPackage = Object.freeze({
    keyPackage,
    hash: hash('key-package', keyPackage),
    mandate,
    device: signer.publicKey,
  });
  secrets.set(own, { suite, signer, public: made.publicPackage, private: made.privatePackage });
  return own;
};

/** The bytes under a KeyPackage's hash. */
export const packageBytes = (keyPackage: KeyPackage): Bytes =>
  writeMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage });

/** Overwrites the private keys of a package that will join nothing any more. */
export const forgetPackage = (own: OwnPackage): void => {
  const found = secrets.get(own);
  if (!found) return;
  zeroOutUint8Array(found.private.initPrivateKey);
  zeroOutUint8Array(found.private.hpkePrivateKey);
  secrets.delete(own);
};

/** What a KeyPackage says. */
export type ReadPackage = {
  readonly mandate: Bytes;
  readonly device: Bytes;
  readonly hash: Bytes;
};

/** A package as the library takes it, with what it says. */
export type ParsedPackage = ReadPackage & { readonly parsed: KeyPackage };

// A package is read at admission and again in the commit that adds it; its keys are tried only once.
const readings = new Map<string, Promise<ParsedPackage | Refusal>>();
const REMEMBERED = 512;

/** Everything that `readKeyPackage` refuses, but for the time. */
export const parsePackage = (bytes: Uint8Array, suite: SuiteName): Promise<ParsedPackage | Refusal> => {
  const name = `${suite} ${toHex(hash('key-package', bytes))}`;
  const known = readings.get(name);
  if (known) return known;
  if (readings.size >= REMEMBERED) readings.clear();
  const read = parse(new Uint8Array(bytes), suite);
  readings.set(name, read);
  read.catch(() => readings.delete(name));
  return read;
};

const parse = async (bytes: Uint8Array, suite: SuiteName): Promise<ParsedPackage | Refusal> => {
  const message = readMessage(bytes, PACKAGE_LIMIT);
  if (message?.wireformat !== 'mls_key_package') return new Refusal('package.malformed', 'no KeyPackage');
  const parsed = message.keyPackage;
  const { leafNode } = parsed;
  if (parsed.cipherSuite !== suite) return new Refusal('package.suite', parsed.cipherSuite);
  if (parsed.extensions.length > 0) return new Refusal('package.leaf', 'KeyPackage has extensions');
  const who = readLeaf(leafNode, suite);
  if (typeof who === 'string') return new Refusal('package.leaf', who);
  const library = await loadSuite(suite);
  if (!(await verifyLeafNodeSignatureKeyPackage(leafNode, library.signature)))
    return new Refusal('package.signature', 'leaf');
  if (!(await verifyKeyPackage(parsed, library.signature))) return new Refusal('package.signature', 'KeyPackage');
  if (equal(parsed.initKey, leafNode.hpkePublicKey)) return new Refusal('package.key', 'one key for two purposes');
  if (!(await usable(library, parsed.initKey))) return new Refusal('package.key', 'init key');
  if (!(await usable(library, leafNode.hpkePublicKey))) return new Refusal('package.key', 'leaf key');
  return { parsed, mandate: who.mandate, device: who.device, hash: hash('key-package', bytes) };
};

/**
 * Reads another device's KeyPackage strictly. Nodes and members do so before they admit it.
 * @param now The time of the entry that admits it, in milliseconds since 1970.
 * @returns A refusal: `package.malformed` · `package.suite` · `package.leaf` (credential, extensions, capabilities) ·
 *   `package.signature` · `package.key` (HPKE key that cannot be used, or used twice) · `package.lifetime`.
 */
export const readKeyPackage = async (
  bytes: Uint8Array,
  now: number,
  suite: SuiteName = SUITE,
): Promise<ReadPackage | Refusal> => {
  const read = await parsePackage(bytes, suite);
  if (read instanceof Refusal) return read;
  const { notBefore, notAfter } = read.parsed.leafNode.lifetime;
  if (now < Number(notBefore) * 1000 || now > Number(notAfter) * 1000)
    return new Refusal('package.lifetime', `${notBefore} to ${notAfter} s`);
  return { mandate: read.mandate, device: read.device, hash: read.hash };
};
