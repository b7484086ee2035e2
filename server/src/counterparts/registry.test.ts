import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '@parley/protocol/bytes';
import { certify, verifyCertificate } from '@parley/protocol/identity';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressGuard } from '../doors/peer/address.ts';
import { CERTIFICATE_PATH } from '../doors/peer/door.ts';
import { type Identity, openIdentity, rootPath } from '../identity/files.ts';
import { freshEd, signerOf } from '../identity/keys.ts';
import { readRoot } from '../identity/root-file.ts';
import { type Counterparts, openCounterparts } from './registry.ts';

const NOW = Date.now();
let folder: string;
let server: Server;
let own: Identity;
let other: Identity;
let shown: Uint8Array;
let asked: number;
let now: number;
let counterparts: Counterparts;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-registry-'));
  [own, other] = (await Promise.all(['own', 'other'].map((name) => openIdentity(join(folder, name), NOW)))) as [
    Identity,
    Identity,
  ];
  asked = 0;
  now = NOW;
  server = createServer((request, response) => {
    if (request.url === CERTIFICATE_PATH) asked += 1;
    response.end(shown);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const clock = { now: () => now, elapsed: () => now, after: () => () => {} };
  counterparts = openCounterparts({ own, guard: addressGuard(['127.0.0.0/8']), clock });
  const issuer = await verifyCertificate(new Map([[toHex(other.root), other.keys]]), other.certificate, NOW);
  if (!('key' in issuer)) throw new Error(issuer.code);
  counterparts.pin([{ name: 'Other', root: other.root, keys: other.keys, peer: `http://127.0.0.1:${port}`, issuer }]);
});
afterEach(() => {
  counterparts.close();
  server.close();
  rmSync(folder, { recursive: true });
});

const certified = async (by: string, serial: number, until = NOW + 86_400_000) => {
  const root = readRoot(rootPath(join(folder, by)));
  if ('code' in root) throw new Error(root.code);
  const key = signerOf(freshEd()).publicKey;
  return { key, certificate: await certify(root, { key, serial, from: NOW - 1, until }) };
};
/** Which key counts after this certificate was shown, a while after the last. */
const keyAfter = async (certificate: Uint8Array) => {
  shown = certificate;
  now += 5_000;
  await counterparts.renew(toHex(other.root));
  return counterparts.keyOf(toHex(other.root));
};

test('[PEER13] a newer certificate of the pinned root is taken, nothing else', async () => {
  const first = other.signer.publicKey;
  expect(await keyAfter((await certified('other', other.serial - 1)).certificate)).toEqual(first);
  expect(await keyAfter((await certified('own', other.serial + 9)).certificate)).toEqual(first);
  expect(await keyAfter((await certified('other', other.serial + 9, NOW)).certificate)).toEqual(first);
  expect(await keyAfter(new Uint8Array(5_000))).toEqual(first);
  expect(await keyAfter(new Uint8Array(9))).toEqual(first);
  const newer = await certified('other', other.serial + 1);
  expect(await keyAfter(newer.certificate)).toEqual(newer.key);
  // The one before does not come back.
  expect(await keyAfter(other.certificate)).toEqual(newer.key);
});

test('[PEER13] a counterpart is asked now and then at most, whatever is sent in its name', async () => {
  shown = other.certificate;
  for (let n = 0; n < 20; n += 1) await counterparts.renew(toHex(other.root));
  expect(asked).toBe(1);
  now += 5_000;
  await counterparts.renew(toHex(other.root));
  expect(asked).toBe(2);
  await counterparts.renew(toHex(own.root));
  expect(asked).toBe(2);
});
