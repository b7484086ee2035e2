import { expect, test } from 'vitest';
import {
  type Bytes,
  bound,
  bytes,
  decode,
  encode,
  equal,
  hash,
  type Plain,
  Refusal,
  record,
  sign,
  toHex,
  within,
} from '../bytes/index.ts';
import {
  codeOf,
  granted,
  TEST_TIME,
  testDelegate,
  testDelegation,
  testKey,
  testMeeting,
  testRoot,
} from '../testing/index.ts';
import {
  certify,
  fingerprint,
  giveMandate,
  mandateHash,
  type Pins,
  rootKeys,
  verifyByRoot,
  verifyCertificate,
  verifyMandate,
} from './index.ts';

const NOW = TEST_TIME;
const meeting = await testMeeting();
const [alba, borland] = meeting.delegations;
if (!alba || !borland) throw new Error('two delegations');
const who = await testDelegate(meeting, 'alba-principal');
const { pins } = meeting;
const span = { from: NOW - 10, until: NOW + 10 };

const parts = record({ body: within(4096), ed: bytes(64), pq: bytes(3309) });
const certificateParts = (certificate: Bytes) => granted(decode(parts, certificate));

test('[IDENT1] a fingerprint covers both public keys', async () => {
  const { keys } = await testRoot('Alba');
  expect(fingerprint(keys)).toEqual(hash('root', encode(keys)));
  expect(decode(rootKeys, encode(keys))).toEqual(keys);
  const other = (await testRoot('Borland')).keys;
  for (const changed of [
    { ...keys, ed: other.ed },
    { ...keys, pq: other.pq },
  ])
    expect(equal(fingerprint(changed), fingerprint(keys))).toBe(false);
  for (const v of [0, 2]) expect(codeOf(decode(rootKeys, encode({ ...keys, v })))).toBe('bytes.malformed');
});

test('[IDENT2] both signatures of a root stand, or neither counts', async () => {
  const root = await testRoot('Alba');
  const message = new Uint8Array([1, 2, 3]);
  const signed = await root.sign(bound('issuing-certificate', message));
  expect(await verifyByRoot(root.keys, 'issuing-certificate', message, signed)).toBe(true);
  expect(await verifyByRoot(root.keys, 'sheet', message, signed)).toBe(false);
  const other = await (await testRoot('Borland')).sign(bound('issuing-certificate', message));
  expect(await verifyByRoot(root.keys, 'issuing-certificate', message, { ...signed, ed: other.ed })).toBe(false);
  expect(await verifyByRoot(root.keys, 'issuing-certificate', message, { ...signed, pq: other.pq })).toBe(false);
  expect(await verifyByRoot(root.keys, 'issuing-certificate', message, { ...signed, pq: new Uint8Array(3309) })).toBe(
    false,
  );
});

test('[IDENT3] a certificate says which key a root vouches for, and its bytes name it', async () => {
  const issuer = granted(await verifyCertificate(pins, alba.certificate, NOW));
  expect(issuer).toMatchObject({ root: alba.id, key: alba.issuing.publicKey, serial: 1 });
  expect(issuer.hash).toEqual(hash('issuing-certificate', alba.certificate));
});

const certified = (wish: { [field: string]: Plain }) => {
  const body = encode({ v: 1, root: alba.id, key: alba.issuing.publicKey, serial: 2, ...span, ...wish });
  return alba.root.sign(bound('issuing-certificate', body)).then((signed) => encode({ body, ...signed }));
};

test('[IDENT3, BYTES4] refuses another version or shape of certificate', async () => {
  expect(codeOf(await verifyCertificate(pins, await certified({}), NOW))).toBe('granted');
  for (const wish of [{ v: 0 }, { v: 2 }, { also: 1 }, { key: new Uint8Array(31) }])
    expect(codeOf(await verifyCertificate(pins, await certified(wish), NOW))).toBe('bytes.malformed');
});

test('[IDENT4] refuses a root that is not pinned', async () => {
  const stranger = await testDelegation('Stranger');
  expect(codeOf(await verifyCertificate(pins, stranger.certificate, NOW))).toBe('identity.root-unknown');
  expect(codeOf(await verifyCertificate(new Map(), alba.certificate, NOW))).toBe('identity.root-unknown');
});

test('[IDENT4] valid from its first millisecond to before its last', async () => {
  const certificate = await certified({});
  const at = async (time: number) => codeOf(await verifyCertificate(pins, certificate, time));
  expect(await at(span.from)).toBe('granted');
  expect(await at(span.from - 1)).toBe('identity.certificate-expired');
  expect(await at(span.until - 1)).toBe('granted');
  expect(await at(span.until)).toBe('identity.certificate-expired');
});

test('[IDENT4] refuses a certificate where one of the two signatures is missing or another’s', async () => {
  const good = certificateParts(alba.certificate);
  const others = await borland.root.sign(bound('issuing-certificate', good.body));
  const wrongPurpose = await alba.root.sign(bound('sheet', good.body));
  for (const signed of [
    { ed: others.ed, pq: good.pq },
    { ed: good.ed, pq: others.pq },
    { ed: good.ed, pq: new Uint8Array(3309) },
    { ed: new Uint8Array(64), pq: good.pq },
    wrongPurpose,
  ])
    expect(codeOf(await verifyCertificate(pins, encode({ body: good.body, ...signed }), NOW))).toBe(
      'identity.certificate-forged',
    );
  expect(codeOf(await verifyCertificate(pins, encode({ body: good.body, ed: good.ed }), NOW))).toBe('bytes.malformed');
});

test('[IDENT4] a pin under the wrong fingerprint vouches for nothing', async () => {
  const crossed: Pins = new Map([[toHex(alba.id), borland.root.keys]]);
  const body = encode({ v: 1, root: alba.id, key: borland.issuing.publicKey, serial: 3, ...span });
  const signed = await borland.root.sign(bound('issuing-certificate', body));
  expect(codeOf(await verifyCertificate(crossed, encode({ body, ...signed }), NOW))).toBe('identity.root-unknown');
  expect(codeOf(await verifyCertificate(crossed, alba.certificate, NOW))).toBe('identity.root-unknown');
});

test('[IDENT4] what once stood is asked for its time and its pin again', async () => {
  expect(codeOf(await verifyCertificate(pins, alba.certificate, NOW))).toBe('granted');
  expect(codeOf(await verifyCertificate(pins, alba.certificate, 0))).toBe('identity.certificate-expired');
  const onlyBorland: Pins = new Map([[toHex(borland.id), borland.root.keys]]);
  expect(codeOf(await verifyCertificate(onlyBorland, alba.certificate, NOW))).toBe('identity.root-unknown');
});

const statement = {
  meeting: meeting.id,
  seat: 's',
  role: 'adviser' as const,
  name: 'N',
  function: 'F',
  device: who.device.publicKey,
  ...span,
};
const issuing = { certificate: alba.certificate, root: alba.id, signer: alba.issuing };

test('[IDENT5] a mandate says who sits where with which device; its bytes name it', async () => {
  const mandate = granted(await verifyMandate(pins, who.chain, meeting.id, NOW));
  expect(mandate).toMatchObject({
    seat: 'alba-principal',
    role: 'principal',
    name: 'Alba One',
    device: who.device.publicKey,
  });
  expect(mandate.hash).toEqual(mandateHash(who.chain.mandate));
});

const mandated = async (
  wish: { [field: string]: Plain },
  signer = alba.issuing,
  purpose: 'mandate' | 'act' = 'mandate',
) => {
  const issuer = hash('issuing-certificate', alba.certificate);
  const body = encode({ v: 1, root: alba.id, issuer, ...statement, ...wish });
  return { certificate: alba.certificate, mandate: encode({ body, sig: await sign(signer, purpose, body) }) };
};
const judged = async (chain: { certificate: Bytes; mandate: Bytes }, time = NOW, of = meeting.id) =>
  codeOf(await verifyMandate(pins, chain, of, time));

test('[IDENT5, BYTES4] refuses another version or shape of mandate', async () => {
  expect(await judged(await mandated({}))).toBe('granted');
  for (const wish of [{ v: 0 }, { v: 2 }, { role: 'observer' }, { name: '' }, { seat: 'a\u202eb' }, { also: true }])
    expect(await judged(await mandated(wish))).toBe('bytes.malformed');
});

test('[IDENT6] refuses a certificate that does not stand, first of all', async () => {
  expect(await judged(await mandated({}), NOW + 40 * 86_400_000)).toBe('identity.certificate-expired');
  const stranger = await testDelegation('Stranger');
  const chain = await giveMandate(
    { certificate: stranger.certificate, root: stranger.id, signer: stranger.issuing },
    statement,
  );
  expect(await judged(chain)).toBe('identity.root-unknown');
});

test('[IDENT6] refuses a mandate that names another certificate, or another root', async () => {
  expect(await judged(await mandated({ issuer: hash('issuing-certificate', borland.certificate) }))).toBe(
    'identity.mandate-issuer',
  );
  expect(await judged(await mandated({ root: borland.id }))).toBe('identity.mandate-issuer');
  const { mandate } = await giveMandate(issuing, statement);
  expect(await judged({ certificate: borland.certificate, mandate })).toBe('identity.mandate-issuer');
});

test('[IDENT6] refuses another meeting’s mandate', async () => {
  expect(await judged(await mandated({}), NOW, new Uint8Array(16))).toBe('identity.mandate-meeting');
});

test('[IDENT6] valid from its first millisecond to before its last', async () => {
  const chain = await mandated({});
  expect(await judged(chain, span.from)).toBe('granted');
  expect(await judged(chain, span.from - 1)).toBe('identity.mandate-expired');
  expect(await judged(chain, span.until - 1)).toBe('granted');
  expect(await judged(chain, span.until)).toBe('identity.mandate-expired');
});

test('[IDENT6] refuses a forged mandate: another key, another purpose, another byte', async () => {
  expect(await judged(await mandated({}, borland.issuing))).toBe('identity.mandate-forged');
  expect(await judged(await mandated({}, await testKey('anybody')))).toBe('identity.mandate-forged');
  expect(await judged(await mandated({}, alba.issuing, 'act'))).toBe('identity.mandate-forged');
  const { certificate, mandate } = await mandated({});
  const turned = mandate.slice();
  turned[mandate.length - 1] = (turned.at(-1) ?? 0) ^ 1;
  expect(await judged({ certificate, mandate: turned })).toBe('identity.mandate-forged');
});

test('[IDENT6] a forged certificate names the refusal before a forged mandate does', async () => {
  const good = certificateParts(alba.certificate);
  const forged = encode({ body: good.body, ed: new Uint8Array(64), pq: good.pq });
  const body = encode({ v: 1, root: alba.id, issuer: hash('issuing-certificate', forged), ...statement });
  const mandate = encode({ body, sig: new Uint8Array(64) });
  expect(await judged({ certificate: forged, mandate })).toBe('identity.certificate-forged');
});

test('[IDENT3] certify makes what verifyCertificate reads', async () => {
  const certificate = await certify(alba.root, { key: alba.issuing.publicKey, serial: 7, ...span });
  const issuer = await verifyCertificate(pins, certificate, NOW);
  expect(issuer instanceof Refusal ? issuer.code : issuer.serial).toBe(7);
});
