import { expect, test } from 'vitest';
import { type Bytes, bytes, decode, encode, record, sign, toHex, within } from '../bytes/index.ts';
import { codeOf, granted, TEST_TIME, testDelegation, testKey, testRoot } from '../testing/index.ts';
import {
  askForCertificate,
  certify,
  fingerprint,
  introductionNumbers,
  openIntroduction,
  openRequest,
  signIntroduction,
} from './index.ts';

const NOW = TEST_TIME;
const alba = await testDelegation('Alba');
const borland = await testDelegation('Borland');
const by = { keys: alba.root.keys, certificate: alba.certificate, signer: alba.issuing };
const statement = { name: 'Alba', peer: 'https://parley.alba.example:8443', at: NOW };
const introduction = await signIntroduction(by, statement);
const parts = granted(decode(record({ body: within(4096), certificate: within(4096), sig: bytes(64) }), introduction));
const signedAnew = async (body: Bytes): Promise<Bytes> =>
  encode({ ...parts, body, sig: await sign(alba.issuing, 'introduction', body) });
const written = { v: 1, root: alba.root.keys, ...statement };

test('[INTRO1] an introduction names root, name and address, signed under that root', async () => {
  const opened = granted(await openIntroduction(introduction, NOW));
  expect(opened).toMatchObject({ ...statement, keys: alba.root.keys });
  expect(toHex(opened.root)).toBe(toHex(alba.id));
  expect(await signedAnew(encode(written))).toEqual(introduction);
});

test('[INTRO1] another version, a field more, a field less, a name that turns the direction of writing', async () => {
  const { name: _, ...nameless } = written;
  for (const body of [{ ...written, v: 2 }, { ...written, more: 1 }, nameless, { ...written, name: 'Al\u202eba' }])
    expect(codeOf(await openIntroduction(await signedAnew(encode(body)), NOW))).toBe('bytes.malformed');
});

test('[INTRO2] signed by another key, or for another purpose; with another root in it; a certificate that has ended', async () => {
  const stranger = await testKey('a stranger');
  const forgedBy = { ...by, signer: stranger };
  expect(codeOf(await openIntroduction(await signIntroduction(forgedBy, statement), NOW))).toBe('introduction.forged');
  const sheet = encode({ ...parts, sig: await sign(alba.issuing, 'sheet', parts.body) });
  expect(codeOf(await openIntroduction(sheet, NOW))).toBe('introduction.forged');
  const other = await signedAnew(encode({ ...written, root: borland.root.keys }));
  expect(codeOf(await openIntroduction(other, NOW))).toBe('identity.root-unknown');
  const late = NOW + 40 * 86_400_000;
  expect(codeOf(await openIntroduction(introduction, late))).toBe('identity.certificate-expired');
  const root = await testRoot('Alba');
  const uncertified = { key: stranger.publicKey, serial: 9, from: NOW - 1, until: NOW + 1 };
  const forged = await certify({ keys: root.keys, sign: (await testRoot('Borland')).sign }, uncertified);
  const pretending = { keys: root.keys, certificate: forged, signer: stranger };
  const refused = await openIntroduction(await signIntroduction(pretending, statement), NOW);
  expect(codeOf(refused)).toBe('identity.certificate-forged');
});

test('[INTRO2] every bit of it is covered', async () => {
  for (let at = 0; at < introduction.length; at += 97) {
    const bent = introduction.slice();
    bent[at] = (bent[at] ?? 0) ^ 1;
    expect(codeOf(await openIntroduction(bent, NOW))).toMatch(/^(bytes|identity|introduction)\./);
  }
});

test('[INTRO3] both sides come to the same twelve numbers, another pair to others', async () => {
  const ours = await introductionNumbers(alba.id, borland.id);
  expect(await introductionNumbers(borland.id, alba.id)).toEqual(ours);
  expect(ours).toHaveLength(12);
  expect(ours.every((number) => Number.isInteger(number) && number >= 0 && number < 2_048)).toBe(true);
  const between = fingerprint((await testRoot('between')).keys);
  const theirs = await introductionNumbers(alba.id, between);
  expect(theirs.filter((number, n) => number === ours[n]).length).toBeLessThan(4);
});

test('[IDENT7] a request for a certificate proves that the key is held', async () => {
  const request = await askForCertificate(alba.issuing);
  expect(await openRequest(request)).toEqual(alba.issuing.publicKey);
  const stranger = await testKey('a stranger');
  const sig = await sign(stranger, 'issuing-request', alba.issuing.publicKey);
  const forged = encode({ v: 1, key: alba.issuing.publicKey, sig });
  expect(codeOf(await openRequest(forged))).toBe('identity.request-forged');
  expect(codeOf(await openRequest(request.slice(1)))).toBe('bytes.malformed');
});
