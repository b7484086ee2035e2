import { type Capabilities, type Credential, type Extension, generateKeyPackageWithKey } from 'ts-mls';
import { expect, test } from 'vitest';
import { equal, hash, Refusal, type Signer } from '../bytes/index.ts';
import { readKeyPackage } from './index.ts';
import { capabilitiesOf } from './leaf.ts';
import { packageBytes } from './package.ts';
import { deviceSuite, loadSuite, NO_KEY, SUITE, type SuiteName, usable } from './suite.ts';
import { CLASSIC, makeSigner, NOW, sit } from './trial/table.ts';

type Suite = Awaited<ReturnType<typeof deviceSuite>>;

/** A KeyPackage made with the bare library, as its maker likes. */
const forge = async (
  wish: {
    readonly credential?: Credential;
    readonly capabilities?: Capabilities;
    readonly extensions?: Extension[];
    readonly leafExtensions?: Extension[];
    readonly named?: SuiteName;
    readonly publicKey?: Uint8Array;
    readonly change?: (suite: Suite) => Suite;
  },
  signer?: Signer,
) => {
  const own = signer ?? (await makeSigner());
  const suite = await deviceSuite(CLASSIC, own);
  const changed = { ...(wish.change?.(suite) ?? suite), name: wish.named ?? CLASSIC };
  const { publicPackage } = await generateKeyPackageWithKey(
    wish.credential ?? { credentialType: 'basic', identity: new Uint8Array(32).fill(5) },
    wish.capabilities ?? capabilitiesOf(CLASSIC),
    { notBefore: BigInt(NOW / 1000 - 60), notAfter: BigInt(NOW / 1000 + 60) },
    wish.extensions ?? [],
    { signKey: NO_KEY, publicKey: wish.publicKey ?? own.publicKey },
    changed,
    wish.leafExtensions,
  );
  return packageBytes(publicPackage);
};

const codeOf = async (bytes: Uint8Array, now = NOW, suite: SuiteName = CLASSIC): Promise<string> => {
  const read = await readKeyPackage(bytes, now, suite);
  return read instanceof Refusal ? read.code : 'read';
};

test('[KEYS2] says mandate, device and hash', async () => {
  for (const suite of [CLASSIC, SUITE]) {
    const one = await sit(1, suite);
    const read = await readKeyPackage(one.package.keyPackage, NOW, suite);
    const { mandate, device } = one.seated;
    expect(read).toEqual({ mandate, device, hash: hash('key-package', one.package.keyPackage) });
    expect(one.package.hash).toEqual(hash('key-package', one.package.keyPackage));
  }
  expect(await codeOf(await forge({}))).toBe('read');
});

test('[KEYS2] X-Wing is the default, and nothing else is read by it', async () => {
  const [wing, classic] = [await sit(1, SUITE), await sit(2, CLASSIC)];
  expect(await readKeyPackage(wing.package.keyPackage, NOW)).not.toBeInstanceOf(Refusal);
  expect(await codeOf(classic.package.keyPackage, NOW, SUITE)).toBe('package.suite');
  expect(await codeOf(wing.package.keyPackage)).toBe('package.suite');
});

test('[KEYS19] bytes that are no KeyPackage, or are written otherwise', async () => {
  const bytes = await forge({});
  const other = new Uint8Array(9_000);
  for (const broken of [new Uint8Array(0), bytes.slice(0, -1), Uint8Array.of(...bytes, 0), other, bytes.slice(4)])
    expect(await codeOf(broken)).toBe('package.malformed');
  const large = await forge({ extensions: [{ extensionType: 0xff00, extensionData: new Uint8Array(8_192) }] });
  expect(await codeOf(large)).toBe('package.malformed');
});

test('[KEYS2] credential, capabilities and extensions other than prescribed', async () => {
  const capabilities = capabilitiesOf(CLASSIC);
  const extension: Extension = { extensionType: 0xff00, extensionData: new Uint8Array(1) };
  const wishes: Parameters<typeof forge>[0][] = [
    { credential: { credentialType: 'basic', identity: new Uint8Array(31) } },
    { credential: { credentialType: 'basic', identity: new Uint8Array(33) } },
    { credential: { credentialType: 'x509', certificates: [new Uint8Array(32)] } },
    { capabilities: { ...capabilities, versions: [] } },
    { capabilities: { ...capabilities, ciphersuites: [CLASSIC, SUITE] } },
    { capabilities: { ...capabilities, extensions: [0xff00] } },
    { capabilities: { ...capabilities, proposals: [0xff00] } },
    { capabilities: { ...capabilities, credentials: ['basic', 'x509'] } },
    { extensions: [extension] },
    { leafExtensions: [extension], capabilities: { ...capabilities, extensions: [0xff00] } },
    { leafExtensions: [extension] },
    { publicKey: new Uint8Array(31) },
  ];
  for (const wish of wishes) expect(await codeOf(await forge(wish)), JSON.stringify(wish)).toBe('package.leaf');
});

test('[KEYS2] a custom credential, on which the library stumbles', async () => {
  const bytes = await forge({});
  // The credential type is the two bytes before the identity of 32 bytes.
  const at = bytes.findIndex((_byte, n) =>
    equal(bytes.subarray(n, n + 35), Uint8Array.of(0, 1, 32, ...Array(32).fill(5))),
  );
  expect(at).toBeGreaterThan(0);
  const custom = bytes.slice();
  custom.set([0xff, 0x01], at);
  expect(await codeOf(custom)).toBe('package.malformed');
});

test("[KEYS2] another's signature, on the leaf or on the whole", async () => {
  const thief = await makeSigner();
  const victim = (await makeSigner()).publicKey;
  expect(await codeOf(await forge({ publicKey: victim }, thief))).toBe('package.signature');
  // The leaf alone is signed by somebody else; the package around it is signed as it should be.
  const onlyLeaf = (suite: Suite): Suite => ({
    ...suite,
    signature: {
      ...suite.signature,
      sign: (key, message) =>
        new TextDecoder().decode(message.slice(0, 24)).includes('LeafNodeTBS')
          ? thief.sign(new Uint8Array(message))
          : suite.signature.sign(key, message),
    },
  });
  expect(await codeOf(await forge({ change: onlyLeaf }))).toBe('package.signature');
  const bytes = await forge({});
  const turned = bytes.slice();
  turned[turned.length - 1] = (turned[turned.length - 1] ?? 0) ^ 1;
  expect(await codeOf(turned)).toBe('package.signature');
  // No point of the curve.
  const publicKey = new Uint8Array(32).fill(0xff);
  expect(await codeOf(await forge({ publicKey }, thief))).toBe('package.signature');
});

test('[KEYS2] HPKE keys to which nothing can be sealed, or one key for both purposes', async () => {
  const exporting = (give: (n: number, key: Uint8Array) => Uint8Array) => {
    let exported = -1;
    return (suite: Suite): Suite => ({
      ...suite,
      hpke: {
        ...suite.hpke,
        exportPublicKey: async (key) => {
          exported += 1;
          return give(exported, await suite.hpke.exportPublicKey(key));
        },
      },
    });
  };
  let first: Uint8Array | undefined;
  const same = exporting((_n, key) => {
    first ??= key;
    return first;
  });
  expect(await codeOf(await forge({ change: same }))).toBe('package.key');
  for (const victim of [0, 1])
    for (const wrong of [new Uint8Array(32), new Uint8Array(31), new Uint8Array(0)])
      expect(await codeOf(await forge({ change: exporting((n, key) => (n === victim ? wrong : key)) }))).toBe(
        'package.key',
      );
});

test('[KEYS2] an X-Wing key whose lattice half is out of range, or whose curve half is of low order', async () => {
  const suite = await loadSuite(SUITE);
  const good = await suite.hpke.exportPublicKey((await suite.hpke.generateKeyPair()).publicKey);
  expect(await usable(suite, good)).toBe(true);
  expect(await usable(suite, new Uint8Array(good.length).fill(0xff))).toBe(false);
  expect(await usable(suite, Uint8Array.of(...good.slice(0, 1184), ...new Uint8Array(32)))).toBe(false);
  expect(await usable(suite, good.slice(1))).toBe(false);
});

test('[KEYS3] is valid by the time of the entry, to the second', async () => {
  const bytes = await forge({});
  expect(await codeOf(bytes, NOW - 60_000)).toBe('read');
  expect(await codeOf(bytes, NOW - 60_001)).toBe('package.lifetime');
  expect(await codeOf(bytes, NOW + 60_000)).toBe('read');
  expect(await codeOf(bytes, NOW + 60_001)).toBe('package.lifetime');
});
