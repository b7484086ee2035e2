import {
  type CiphersuiteImpl,
  type ClientConfig,
  defaultAuthenticationService,
  defaultKeyPackageEqualityConfig,
  defaultKeyRetentionConfig,
  defaultLifetimeConfig,
  defaultPaddingConfig,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
} from 'ts-mls';
import { type Bytes, equal, type Signer, toHex } from '../bytes/index.ts';

/** Cipher suites that a circle can be made of. The product knows the first only; the other serves long tests. */
export type SuiteName = 'MLS_256_XWING_AES256GCM_SHA512_Ed25519' | 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519';

/** X-Wing (ML-KEM-768 and X25519), so that recorded traffic stays closed to a later quantum computer. */
export const SUITE: SuiteName = 'MLS_256_XWING_AES256GCM_SHA512_Ed25519';

const loaded = new Map<SuiteName, Promise<CiphersuiteImpl>>();

/** The library's suite, which verifies but signs with nothing. */
export const loadSuite = (name: SuiteName): Promise<CiphersuiteImpl> => {
  const known = loaded.get(name);
  if (known) return known;
  const suite = getCiphersuiteImpl(getCiphersuiteFromName(name)).then(verifyOnly);
  loaded.set(name, suite);
  // The library fetches the KEM when it is first asked for it: in a browser that can fail, and be tried again.
  suite.catch(() => loaded.delete(name));
  return suite;
};

const verifyOnly = (suite: CiphersuiteImpl): CiphersuiteImpl => ({
  ...suite,
  signature: {
    sign: () => Promise.reject(new Error('this suite only verifies')),
    keygen: () => Promise.reject(new Error('device keys are made elsewhere')),
    // 32 bytes that are no point of the curve make WebCrypto throw: for us they are a signature that is not valid.
    verify: (publicKey, message, signature) => suite.signature.verify(publicKey, message, signature).catch(() => false),
  },
});

/** What stands in the library's state in place of the device's private key, which nobody can read. */
export const NO_KEY = new Uint8Array(0);

/** The suite with which this device signs: every signature is asked of its signer. */
export const deviceSuite = async (name: SuiteName, signer: Signer): Promise<CiphersuiteImpl> => {
  const suite = await loadSuite(name);
  return {
    ...suite,
    signature: { ...suite.signature, sign: (_key, message) => signer.sign(new Uint8Array(message)) },
  };
};

/** Key pairs that the library derived during one operation: private key (hex) → public key. */
export type Derived = ReadonlyMap<string, Uint8Array>;

/**
 * The suite, and a record of the key pairs derived through it. The library keeps only the private half; RFC 9420
 * §7.5 and §12.4.3.1 ask that it belong to the public key in the tree.
 */
export const watching = (suite: CiphersuiteImpl): { readonly suite: CiphersuiteImpl; readonly derived: Derived } => {
  const derived = new Map<string, Uint8Array>();
  const { hpke } = suite;
  const deriveKeyPair: typeof hpke.deriveKeyPair = async (secret) => {
    const pair = await hpke.deriveKeyPair(secret);
    derived.set(toHex(await hpke.exportPrivateKey(pair.privateKey)), await hpke.exportPublicKey(pair.publicKey));
    return pair;
  };
  return { suite: { ...suite, hpke: { ...hpke, deriveKeyPair } }, derived };
};

const PROBE: Bytes = new Uint8Array(1);

/**
 * Whether something can be sealed to this public key. A key that cannot be used would stop everyone else's commits
 * later, when nobody sees any more who brought it.
 */
export const usable = async (suite: CiphersuiteImpl, publicKey: Uint8Array): Promise<boolean> => {
  try {
    const key = await suite.hpke.importPublicKey(publicKey);
    if (!equal(await suite.hpke.exportPublicKey(key), publicKey)) return false;
    await suite.hpke.seal(key, PROBE, PROBE);
    return true;
  } catch {
    return false;
  }
};

/**
 * How the library is configured. Credentials are compared with the log's roster before and after it works, so its
 * own question about them is answered with yes; lifetimes are judged at admission, by the log's time.
 */
export const CONFIG: ClientConfig = {
  authService: defaultAuthenticationService,
  keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
  keyRetentionConfig: defaultKeyRetentionConfig,
  lifetimeConfig: { ...defaultLifetimeConfig, validateLifetimeOnReceive: false },
  paddingConfig: defaultPaddingConfig,
};
