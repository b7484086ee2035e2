import { describe, expect, test } from 'vitest';
import { type Codec, decode, encode, type Plain } from '../bytes/index.ts';
import { actOf, codeOf, seatedLog, seedOf, testDelegate, testMeeting } from '../testing/index.ts';
import {
  deviceProof,
  deviceToNode,
  linkProof,
  linkRedemption,
  MESSAGE_LIMIT,
  nodeToDevice,
  peerReply,
  peerRequest,
} from './index.ts';

const meeting = await testMeeting();
const principal = await testDelegate(meeting, 'alba-principal');
const { log } = await seatedLog(meeting, [principal]);
const act = await actOf(log.ledger.state, principal, { kind: 'leave', seating: 1 });
const [entry] = log.entries.map(({ entry: { bytes } }) => bytes);
const [countersignature] = log.countersignatures.map(({ bytes }) => bytes);
if (!entry || !countersignature) throw new Error('one entry');
const [hash, sig, blob, message] = [seedOf('hash'), new Uint8Array(64), new Uint8Array(1000), new Uint8Array(99)];
const words = { entries: [entry], countersignatures: [countersignature] };
const id = { meeting: meeting.id };
type Kinds = { readonly [kind: string]: { readonly [field: string]: Plain } };

const fromDevice: Kinds = {
  prove: { device: hash, sig },
  submit: { act, blobs: [blob] },
  pass: { message },
  want: { hash },
};
const relay = { urls: ['turn:relay.example'], username: '1:a', credential: 'b', until: 2 };
const fromNode: Kinds = {
  challenge: { nonce: hash, ...id },
  agreed: { sheet: meeting.signed, roots: [...meeting.pins.values()], chain: principal.chain, now: 1, relay },
  relay: { access: relay },
  log: { ...words, more: false },
  entry: { entry, blobs: [], countersignatures: [countersignature] },
  countersigned: { countersignature },
  restricted: { act },
  passed: { message },
  blob: { hash, bytes: null },
  refused: { act: null, code: 'admit.seat-taken', detail: '' },
  knocking: { answer: { kind: 'denied', root: hash, reason: 'Not today' } },
  host: { reached: true },
  stopped: { code: 'log.fork', detail: '3' },
};
const asks: Kinds = {
  submit: { ...id, act, blobs: [] },
  entry: { ...id, entry, blobs: [blob, blob], countersignatures: [] },
  countersigned: { ...id, countersignature },
  restricted: { ...id, act },
  passed: { ...id, message },
  held: { meetings: [{ ...id, held: hash }] },
  since: { ...id, seq: 0 },
  want: { ...id, hash },
  line: { ...id, chain: principal.chain },
  status: {},
  proposed: { body: blob, signature: { root: hash, certificate: blob, sig } },
  agreed: { ...id, sheet: hash, signature: { root: hash, certificate: blob, sig } },
  withdrawn: { ...id, sheet: hash, reason: 'snow' },
  recall: {},
};
const answers: Kinds = {
  done: {},
  refused: { code: 'act.forged', detail: 'x' },
  entry: { entry, countersignatures: [countersignature] },
  countersigned: { countersignature },
  other: { meetings: [meeting.id] },
  log: words,
  blob: { bytes: blob },
  line: { url: 'ws://127.0.0.1:1', token: 't' },
  status: { now: 1, serial: 0 },
};

describe('[WIRE2, WIRE3, WIRE5] what doors read', () => {
  test.each<[string, Codec<unknown>, Kinds]>([
    ['from a device', deviceToNode, fromDevice],
    ['from a node to its device', nodeToDevice, fromNode],
    ['of what a node asks', peerRequest, asks],
    ['of what a node answers', peerReply, answers],
  ])('every kind %s reads as it was written, with nothing more or less', (_, door, kinds) => {
    for (const [kind, fields] of Object.entries(kinds)) {
      const value = { kind, ...fields };
      expect(decode(door, encode(value), MESSAGE_LIMIT)).toEqual(value);
      expect(codeOf(decode(door, encode({ ...value, also: 1 }), MESSAGE_LIMIT)), kind).toBe('bytes.malformed');
      const [first] = Object.keys(fields);
      const less = Object.fromEntries(Object.entries(value).filter(([name]) => name !== first));
      if (first) expect(codeOf(decode(door, encode(less), MESSAGE_LIMIT)), kind).toBe('bytes.malformed');
      expect(codeOf(decode(door, encode({ ...value, kind: `${kind}s` }), MESSAGE_LIMIT)), kind).toBe('bytes.malformed');
    }
  });
});

test.each<[string, Plain]>([
  ['an act', { kind: 'submit', act: new Uint8Array(12_481), blobs: [] }],
  ['a blob', { kind: 'submit', act, blobs: [new Uint8Array(524_289)] }],
  ['three blobs', { kind: 'submit', act, blobs: [blob, blob, blob] }],
  ['a passing message', { kind: 'pass', message: new Uint8Array(4097) }],
])('[WIRE1] refuses %s over its limit', (_, value) => {
  expect(codeOf(decode(deviceToNode, encode(value), MESSAGE_LIMIT))).toBe('bytes.malformed');
});

test.each<[string, Plain]>([
  ['an entry', { kind: 'entry', entry: new Uint8Array(12_801), blobs: [], countersignatures: [] }],
  ['a countersignature', { kind: 'countersigned', countersignature: new Uint8Array(513) }],
  [
    'nine countersignatures',
    { kind: 'log', entries: [], countersignatures: Array.from({ length: 9 }, () => sig), more: false },
  ],
  ['65 entries', { kind: 'log', entries: Array.from({ length: 65 }, () => sig), countersignatures: [], more: false }],
  ['a detail of two lines', { kind: 'stopped', code: 'a', detail: 'a\nb' }],
  [
    'a call sheet',
    { kind: 'agreed', sheet: new Uint8Array(131_073), roots: [], chain: principal.chain, now: 1, relay: null },
  ],
  ['five relays', { kind: 'relay', access: { ...relay, urls: Array(5).fill('turn:a') } }],
])('[WIRE1] refuses %s over its limit, or unclean', (_, value) => {
  expect(codeOf(decode(nodeToDevice, encode(value), MESSAGE_LIMIT))).toBe('bytes.malformed');
});

test('[WIRE1] refuses a longer message before it is read', () => {
  expect(codeOf(decode(peerRequest, new Uint8Array(MESSAGE_LIMIT + 1), MESSAGE_LIMIT))).toBe('bytes.too-long');
});

test('[WIRE4] what a device signs to prove itself, and to redeem a link', () => {
  const proof = { origin: 'http://alba.localhost:1', meeting: meeting.id, seat: 's', nonce: hash };
  expect(decode(deviceProof, encode(proof))).toEqual(proof);
  const link = { origin: proof.origin, seat: 's', secret: hash };
  expect(decode(linkProof, encode(link))).toEqual(link);
  const redemption = { secret: hash, device: hash, sig };
  expect(decode(linkRedemption, encode(redemption))).toEqual(redemption);
  expect(codeOf(decode(linkRedemption, encode({ ...redemption, origin: 'x' })))).toBe('bytes.malformed');
});
