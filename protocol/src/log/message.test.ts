import { expect, test } from 'vitest';
import { encode, type Plain, sign } from '../bytes/index.ts';
import { actOf, codeOf, seat, seedOf, settle, testDelegate, testLog, testMeeting } from '../testing/index.ts';
import { openMessage, type Passing, signMessage, verifyMessage } from './index.ts';

const meeting = await testMeeting();
const principal = await testDelegate(meeting, 'alba-principal');
const counterpart = await testDelegate(meeting, 'borland-principal');

const talk = async () => {
  const log = testLog(meeting);
  const [a, b] = [await seat(log, principal), await seat(log, counterpart)];
  const raw = async (
    wish: { readonly [field: string]: Plain },
    by = principal.device,
    purpose: 'message' | 'act' = 'message',
  ) => {
    const passing = { kind: 'media', audio: true, video: false };
    const body = encode({ v: 2, meeting: meeting.id, seating: a, n: 5, passing, ...wish });
    return encode({ body, sig: await sign(by, purpose, body) });
  };
  const code = async (...given: Parameters<typeof raw>) =>
    codeOf(await verifyMessage(log.ledger.state, await raw(...given), () => 4));
  return { log, a, b, raw, code };
};

test.each<Passing>([
  { kind: 'media', audio: true, video: false },
  { kind: 'ready', generation: 1, epoch: 2 },
  { kind: 'transport', names: [{ root: seedOf('root'), name: 'p-1' }] },
  { kind: 'ask', nonce: new Uint8Array(16), time: 1 },
  { kind: 'answer', nonce: new Uint8Array(16), time: 1 },
  { kind: 'commitment', sealed: new Uint8Array(1024) },
  { kind: 'reveal', sealed: new Uint8Array(9) },
  { kind: 'compared', sealed: new Uint8Array(9) },
])('[MSG1] $kind passes, signed by its seating’s device', async (passing) => {
  const { log, a } = await talk();
  const given = await signMessage(principal.device, { meeting: meeting.id, seating: a, n: 1, passing });
  expect(await verifyMessage(log.ledger.state, given, () => 0)).toMatchObject({
    message: { passing },
    seating: { id: a },
  });
});

test('[MSG1, BYTES4] refuses another version, shape or size', async () => {
  const { code } = await talk();
  expect(await code({})).toBe('granted');
  for (const wish of [
    { v: 0 },
    { v: 1 },
    { v: 3 },
    { also: 1 },
    { passing: { kind: 'shout' } },
    { passing: { kind: 'media', audio: 1, video: 0 } },
  ])
    expect(await code(wish)).toBe('bytes.malformed');
  expect(codeOf(openMessage(new Uint8Array(4097)))).toBe('bytes.too-long');
});

test('[MSG2] refuses another meeting’s, a stranger’s, an old one, a forged one', async () => {
  const { code, b } = await talk();
  expect(await code({ meeting: new Uint8Array(16) })).toBe('message.meeting');
  expect(await code({ seating: 99 })).toBe('message.unknown');
  expect(await code({ n: 4 })).toBe('message.old');
  expect(await code({}, counterpart.device)).toBe('message.forged');
  expect(await code({ seating: b })).toBe('message.forged');
  expect(await code({}, principal.device, 'act')).toBe('message.forged');
});

test('[MSG2] who has left passes nothing any more', async () => {
  const { log, a, code } = await talk();
  await settle(log, await actOf(log.ledger.state, principal, { kind: 'leave', seating: a }));
  expect(await code({})).toBe('message.unknown');
});

test('[MSG3] a frame key is released after its seating has ended, by its own device', async () => {
  const { log, a, b, code } = await talk();
  const release = (seating: number) => ({ passing: { kind: 'release', seating, frameSeed: seedOf('seed') } });
  expect(await code(release(a))).toBe('message.release');
  await settle(log, await actOf(log.ledger.state, principal, { kind: 'leave', seating: a }));
  expect(await code(release(a))).toBe('granted');
  expect(await code({ seating: b, ...release(a) }, counterpart.device)).toBe('message.release');
  expect(await code(release(a), counterpart.device)).toBe('message.forged');
  expect(await code(release(99))).toBe('message.release');
  expect(await code({ seating: 99, ...release(a) })).toBe('message.unknown');
  const again = await seat(log, principal);
  expect(await code({ seating: again, ...release(a) })).toBe('granted');
  expect(await code({ seating: again, ...release(again) })).toBe('message.release');
});
