import { expect, test } from 'vitest';
import { decode, encode, equal, hash, type Plain, record, sign, toHex, within } from '../bytes/index.ts';
import { certify } from '../identity/index.ts';
import { codeOf, granted, signTestSheet, TEST_TIME, testDelegation, testMeeting, testPlan } from '../testing/index.ts';
import { assembleSheet, readPlan, type SheetBody, sheetBody, signSheet, verifySheet } from './index.ts';

const meeting = await testMeeting();
const { pins, delegations, body } = meeting;
const [alba, borland] = delegations;
if (!alba || !borland) throw new Error('two delegations');
const DAY = 86_400_000;

const judged = async (changed: SheetBody, by = delegations) =>
  codeOf(await verifySheet(pins, await signTestSheet(changed, by)));
const [first, second] = body.seats;
if (!first || !second) throw new Error('two seats');

test('[SHEET1] the hash of a sheet is that of its body', () => {
  expect(meeting.sheet.hash).toEqual(hash('sheet', encode(body)));
});

test('[SHEET1, BYTES4] refuses another version, shape or size', async () => {
  const signed = async (wish: { [field: string]: Plain }) => {
    const bytes = encode({ ...body, ...wish });
    const by = { root: alba.id, certificate: alba.certificate, signer: alba.issuing };
    const other = { root: borland.id, certificate: borland.certificate, signer: borland.issuing };
    return codeOf(
      await verifySheet(pins, assembleSheet(bytes, [await signSheet(bytes, by), await signSheet(bytes, other)])),
    );
  };
  expect(await signed({})).toBe('granted');
  for (const wish of [{ v: 0 }, { v: 3 }, { also: 1 }, { seats: [] }, { title: 'a\nb' }, { delegations: [] }])
    expect(await signed(wish)).toBe('bytes.malformed');
  expect(codeOf(await verifySheet(pins, new Uint8Array(131_073)))).toBe('bytes.too-long');
});

test('[SHEET1, BYTES4] refuses version 1, which said neither a zone nor what is kept', async () => {
  const { zone: _, record: __, ...first } = body;
  for (const old of [{ ...first, v: 1 }, { ...body, v: 1 }, first])
    expect(codeOf(readPlan(encode(old)))).toBe('bytes.malformed');
});

test('[SHEET1] a zone has the shape of a name in the tz database', () => {
  const read = (zone: string) => codeOf(readPlan(encode({ ...body, zone })));
  for (const zone of ['UTC', 'Europe/Vienna', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'GB-Eire', 'A'.repeat(64)])
    expect(read(zone), zone).toBe('granted');
  for (const zone of [
    '',
    '+01:00',
    '/Vienna',
    'Europe/',
    'Europe//Vienna',
    '../Vienna',
    'Europe/ Vienna',
    'Europe/Viénna',
    'UTC\n',
    'A'.repeat(65),
  ])
    expect(read(zone), zone).toBe('bytes.malformed');
});

test('[SHEET11] all, decisions or nothing may be kept, and the law is the same under each', async () => {
  for (const record of ['everything', 'decisions', 'nothing'] as const)
    expect(await judged({ ...body, record })).toBe('granted');
  expect(codeOf(readPlan(encode({ ...body, record: 'minutes' })))).toBe('bytes.malformed');
});

test.each<[string, Partial<SheetBody>]>([
  ['a delegation twice', { delegations: [...body.delegations, { root: alba.id, name: 'Alba again' }] }],
  ['a name of a delegation twice', { delegations: body.delegations.map(({ root }) => ({ root, name: 'Alba' })) }],
  ['a seat twice', { seats: [first, second, { ...second, name: 'Else' }] }],
  ['a host that takes no part', { host: new Uint8Array(32) }],
  ['a seat of no delegation', { seats: [first, { ...second, root: new Uint8Array(32) }] }],
  ['an end before the beginning', { until: body.from - 1 }],
  ['no time at all', { until: body.from }],
])('[SHEET2] refuses %s', async (_, wish) => {
  expect(await judged({ ...body, ...wish })).toBe('sheet.inconsistent');
});

test('[SHEET2] refuses an issuing key that two delegations claim as theirs', async () => {
  const span = { from: TEST_TIME - DAY, until: TEST_TIME + DAY };
  const certificate = await certify(borland.root, { key: alba.issuing.publicKey, serial: 1, ...span });
  const claimed = { ...borland, certificate, issuing: alba.issuing };
  expect(await judged(body, [alba, claimed])).toBe('sheet.inconsistent');
});

test('[SHEET3] refuses a sheet that a delegation did not sign, or signed otherwise', async () => {
  const bytes = encode(body);
  const one = await signSheet(bytes, { root: alba.id, certificate: alba.certificate, signer: alba.issuing });
  const two = await signSheet(bytes, { root: borland.id, certificate: borland.certificate, signer: borland.issuing });
  const code = async (...signatures: (typeof one)[]) =>
    codeOf(await verifySheet(pins, assembleSheet(bytes, signatures)));
  expect(await code(one, two)).toBe('granted');
  expect(await code(one)).toBe('bytes.malformed');
  expect(await code(one, two, two)).toBe('sheet.unsigned');
  expect(await code(two, one)).toBe('sheet.unsigned');
  expect(await code(one, one)).toBe('sheet.unsigned');
  expect(await code(one, { ...two, sig: one.sig })).toBe('sheet.unsigned');
  expect(await code(one, { ...one, root: borland.id })).toBe('sheet.unsigned');
  expect(await code(one, { ...two, sig: await sign(borland.issuing, 'act', bytes) })).toBe('sheet.unsigned');
});

test('[SHEET3] refuses signatures over other bytes', async () => {
  const signed = await signTestSheet(body, delegations);
  const outer = granted(
    decode(
      record({ body: within(32_768), signatures: { read: (from) => from.copy(from.bytes.length - from.at) } }),
      signed,
    ),
  );
  const changed = encode({ ...body, title: 'Another' });
  const head = encode({ body: changed, signatures: [] });
  const forged = new Uint8Array([...head.slice(0, -1), ...outer.signatures]);
  expect(codeOf(await verifySheet(pins, forged))).toBe('sheet.unsigned');
});

test('[SHEET4] certificates are judged when the meeting begins, whenever that is read', async () => {
  const later = { ...body, from: TEST_TIME + 40 * DAY, until: TEST_TIME + 41 * DAY };
  expect(await judged(later)).toBe('identity.certificate-expired');
  expect(await judged({ ...body, from: TEST_TIME + 30 * DAY - 1, until: TEST_TIME + 31 * DAY })).toBe('granted');
  expect(await judged({ ...body, from: TEST_TIME + 30 * DAY, until: TEST_TIME + 31 * DAY })).toBe(
    'identity.certificate-expired',
  );
});

test('[SHEET4] refuses a delegation whose root is not pinned, or changed', async () => {
  const stranger = await testDelegation('Stranger');
  const plan = testPlan([alba, stranger]);
  expect(codeOf(await verifySheet(pins, await signTestSheet(plan, [alba, stranger])))).toBe('identity.root-unknown');
  const changed = new Map(pins).set(toHex(borland.id), stranger.root.keys);
  expect(codeOf(await verifySheet(changed, meeting.signed))).toBe('identity.root-unknown');
});

test('[SHEET5] a sheet fixes roots, issuing keys and the time in which they are valid', async () => {
  const sheet = granted(await verifySheet(new Map(pins).set('00', alba.root.keys), meeting.signed));
  expect([...sheet.roots.keys()]).toEqual([toHex(alba.id), toHex(borland.id)]);
  expect(equal(sheet.issuers.get(toHex(borland.id))?.key ?? alba.id, borland.issuing.publicKey)).toBe(true);
  expect(sheet.issued).toEqual({ from: TEST_TIME - 30 * DAY, until: TEST_TIME + 30 * DAY });
});

test('[SHEET1] the body reads as it was written', () => {
  expect(decode(sheetBody, encode(body))).toEqual(body);
});
