import { decode as cborDecode } from 'cborg';
import { type Bytes, type Codec, decode, encode, equal, type Plain, Refusal } from '../bytes/index.ts';
import {
  askForCertificate,
  mandateChain,
  openCertified,
  openIntroduction,
  openRequest,
  packCertified,
  rootKeys,
  signIntroduction,
  verifyMandate,
} from '../identity/index.ts';
import {
  openAct,
  openEntry,
  openMessage,
  type Passing,
  passing,
  sheetBody,
  signMessage,
  verifyCountersignature,
  verifyMessage,
  verifySheet,
} from '../log/index.ts';
import {
  deviceProof,
  deviceToNode,
  linkProof,
  linkRedemption,
  nodeToDevice,
  peerReply,
  peerRequest,
} from '../wire/index.ts';
import { enter, entryBytes } from './door.ts';
import { seedOf } from './keys.ts';
import { actOf, nodeActOf, seatedLog, sitAction } from './log.ts';
import { testDelegate, testMeeting } from './meeting.ts';
import { mutate, noise } from './mutate.ts';
import type { Random } from './random.ts';

/** A decoder, as "bytes again from what it read": null where it refused. */
type Target = {
  readonly name: string;
  readonly valid: readonly Bytes[];
  readonly again: (bytes: Bytes) => Bytes | null;
};

const ofCodec = <T extends Plain>(name: string, codec: Codec<T>, values: readonly Plain[]): Target => ({
  name,
  valid: values.map(encode),
  again: (bytes) => {
    const value = decode(codec, bytes, 2_097_152);
    return value instanceof Refusal ? null : encode(value);
  },
});

/** A signed thing: its outside and its body both re-encode. */
const signedAgain =
  (open: (bytes: Bytes) => { readonly outer: { readonly sig: Bytes }; readonly inner: Plain } | Refusal) =>
  (bytes: Bytes): Bytes | null => {
    const opened = open(bytes);
    return opened instanceof Refusal ? null : encode({ body: encode(opened.inner), sig: opened.outer.sig });
  };

/** Every decoder of the law's core, with valid bytes for it. */
const decoders = async (): Promise<readonly Target[]> => {
  const meeting = await testMeeting();
  const [principal, counterpart] = [
    await testDelegate(meeting, 'alba-principal'),
    await testDelegate(meeting, 'borland-principal'),
  ];
  const { log } = await seatedLog(meeting, [principal, counterpart]);
  const { state } = log.ledger;
  const made = { circle: 'table' as const, generation: 1, authenticator: seedOf('a') };
  const acts = await Promise.all([
    actOf(state, principal, sitAction(principal, 'fuzz')),
    actOf(state, principal, { kind: 'found', ...made }),
    actOf(state, principal, {
      kind: 'commit',
      ...made,
      epoch: 3,
      upTo: 70_000,
      ended: 300,
      commit: seedOf('c'),
      welcome: null,
    }),
    actOf(state, principal, {
      kind: 'commit',
      ...made,
      epoch: 3,
      upTo: 2,
      ended: 0,
      commit: seedOf('c'),
      welcome: seedOf('w'),
    }),
    actOf(state, principal, { kind: 'remove', seating: 1, reason: 'Zurückgerufen' }),
    nodeActOf(state, meeting.host, { kind: 'lost', seating: 2 ** 40 }),
    actOf(state, principal, { kind: 'knock', chain: principal.chain }),
    actOf(state, principal, { kind: 'allow', knock: 3 }),
    actOf(state, principal, { kind: 'deny', knock: 3, reason: 'Not today' }),
    actOf(state, principal, { kind: 'hand', seating: 2 }),
    actOf(state, principal, { kind: 'preside' }),
    actOf(state, principal, { kind: 'close', agreed: true }),
  ]);
  const said: readonly Passing[] = [
    { kind: 'media', audio: true, video: false },
    { kind: 'ready', generation: 1, epoch: 2 },
    { kind: 'transport', names: [{ root: seedOf('root'), name: 'p-1' }] },
    { kind: 'release', seating: 1, frameSeed: seedOf('seed') },
    { kind: 'ask', nonce: seedOf('n').slice(0, 16), time: 7 },
    { kind: 'commitment', sealed: seedOf('sealed') },
  ];
  const messages = await Promise.all(
    said.map((one, n) => signMessage(principal.device, { meeting: meeting.id, seating: 1, n, passing: one })),
  );
  const entries = log.entries.map(({ entry }) => entry.bytes);
  const countersignatures = log.countersignatures.map((word) => word.bytes);
  const [act, message, entry, countersignature] = [acts[4], messages[0], entries[0], countersignatures[0]];
  if (!act || !message || !entry || !countersignature) throw new Error('nothing was made');
  const id = { meeting: meeting.id };
  const [hash, sig, blob] = [seedOf('h'), new Uint8Array(64), new Uint8Array(40)];
  const refused = { kind: 'refused', code: 'a.b', detail: 'é' };
  const access = { urls: ['turn:h'], username: '9:a', credential: 'c', until: 9 };
  const signature = { root: hash, certificate: blob, sig };
  return [
    ofCodec('root', rootKeys, [...meeting.pins.values()]),
    ofCodec('chain', mandateChain, [principal.chain]),
    ofCodec('sheet', sheetBody, [meeting.body]),
    ofCodec('passing', passing, said),
    ofCodec('device to node', deviceToNode, [
      { kind: 'prove', device: hash, sig },
      { kind: 'submit', act, blobs: [blob] },
      { kind: 'pass', message },
      { kind: 'want', hash },
    ]),
    ofCodec('node to device', nodeToDevice, [
      { kind: 'challenge', nonce: hash, ...id },
      { kind: 'log', entries: [entry], countersignatures: [countersignature], more: true },
      { kind: 'entry', entry, blobs: [], countersignatures: [] },
      { kind: 'blob', hash, bytes: null },
      { ...refused, act: hash },
      { kind: 'host', reached: false },
      { kind: 'agreed', sheet: blob, roots: [...meeting.pins.values()], chain: principal.chain, now: 1, relay: null },
      { kind: 'relay', access },
      { kind: 'restricted', act },
      { kind: 'stopped', code: 'a.b', detail: '' },
    ]),
    ofCodec('peer request', peerRequest, [
      { kind: 'submit', ...id, act, blobs: [] },
      { kind: 'held', meetings: [{ ...id, held: hash }] },
      { kind: 'since', ...id, seq: 9 },
      { kind: 'line', ...id, chain: { certificate: blob, mandate: blob } },
      { kind: 'status' },
      { kind: 'proposed', body: encode(meeting.body), signature },
      { kind: 'agreed', ...id, sheet: hash, signature },
      { kind: 'withdrawn', ...id, sheet: hash, reason: '' },
    ]),
    ofCodec('peer reply', peerReply, [
      { kind: 'done' },
      refused,
      { kind: 'other', meetings: [meeting.id] },
      { kind: 'line', url: 'ws://h', token: 't' },
      { kind: 'status', now: 1, serial: 2 },
      { kind: 'entry', entry, countersignatures: [countersignature] },
      { kind: 'blob', bytes: blob },
    ]),
    ofCodec('device proof', deviceProof, [{ origin: 'http://a', ...id, seat: 's', nonce: hash }]),
    ofCodec('link proof', linkProof, [{ origin: 'http://a', seat: 's', secret: hash }]),
    ofCodec('redemption', linkRedemption, [{ secret: hash, device: hash, sig }]),
    { name: 'act', valid: acts, again: signedAgain(openAct) },
    { name: 'message', valid: messages, again: signedAgain(openMessage) },
    {
      name: 'entry',
      valid: entries,
      again: (bytes) => {
        const read = openEntry(bytes);
        if (read instanceof Refusal) return null;
        const { head: _, bytes: __, ...order } = read;
        return encode(order);
      },
    },
  ];
};

/** How many inputs were tried, and how many of them were accepted. */
export type Tried = { readonly inputs: number; readonly accepted: number };

/**
 * Gives decoders `inputs` mutations of valid bytes, and noise. Throws where one crashes, or accepts what re-encodes
 * differently, or what another decoder (cborg, strict) does not read.
 */
export const fuzzDecoders = async (random: Random, inputs: number): Promise<Tried> => {
  const targets = await decoders();
  const all = targets.flatMap(({ valid }) => valid).filter((bytes) => bytes.length < 3_000);
  let accepted = 0;
  for (const { name, valid, again } of targets)
    for (const bytes of valid) {
      const read = again(bytes);
      if (!read || !equal(read, bytes)) throw new Error(`${name}: valid bytes are not read`);
    }
  for (let n = 0; n < inputs; n += 1) {
    const { name, valid, again } = random.one(targets);
    const bytes = random.chance(20) ? noise(random, 60) : mutate(random, random.one(valid), all);
    const read = again(bytes);
    if (!read) continue;
    accepted += 1;
    if (!equal(read, bytes)) throw new Error(`${name}: accepted, but encodes otherwise`);
    cborDecode(bytes, { strict: true, useMaps: true, allowIndefinite: false, rejectDuplicateMapKeys: true });
  }
  return { inputs, accepted };
};

/**
 * Gives doors that verify signatures `inputs` mutations of what they accept: a call sheet, a chain, a
 * countersignature, a passing message, an entry, an introduction, a request for a certificate and what is certified. Throws
 * where one crashes, or accepts other bytes than were signed.
 */
export const fuzzDoors = async (random: Random, inputs: number): Promise<void> => {
  const meeting = await testMeeting();
  const principal = await testDelegate(meeting, 'alba-principal');
  const { log } = await seatedLog(meeting, [principal]);
  const { ledger } = log;
  const leave = await actOf(ledger.state, principal, { kind: 'leave', seating: 1 });
  const media: Passing = { kind: 'media', audio: true, video: true };
  const message = await signMessage(principal.device, { meeting: meeting.id, seating: 1, n: 1, passing: media });
  const [word] = log.countersignatures;
  if (!word) throw new Error('nothing was countersigned');
  const { certificate, mandate } = principal.chain;
  const { root, issuing } = meeting.host;
  const by = { keys: root.keys, certificate: meeting.host.certificate, signer: issuing };
  const introduction = await signIntroduction(by, { name: 'Alba', peer: 'https://alba.example', at: meeting.at });
  const request = await askForCertificate(issuing);
  const certified = packCertified(root.keys, meeting.host.certificate);
  const judged = (given: typeof principal.chain) => verifyMandate(meeting.pins, given, meeting.id, meeting.at);
  const doors: readonly {
    readonly name: string;
    readonly valid: Bytes;
    readonly door: (bytes: Bytes) => Promise<unknown>;
  }[] = [
    { name: 'sheet', valid: meeting.signed, door: (bytes) => verifySheet(meeting.pins, bytes) },
    { name: 'certificate', valid: certificate, door: (bytes) => judged({ certificate: bytes, mandate }) },
    { name: 'mandate', valid: mandate, door: (bytes) => judged({ certificate, mandate: bytes }) },
    { name: 'countersignature', valid: word.bytes, door: (bytes) => verifyCountersignature(meeting.sheet, bytes) },
    { name: 'message', valid: message, door: (bytes) => verifyMessage(ledger.state, bytes, () => 0) },
    { name: 'introduction', valid: introduction, door: (bytes) => openIntroduction(bytes, meeting.at) },
    { name: 'request', valid: request, door: openRequest },
    { name: 'certified', valid: certified, door: (bytes) => openCertified(bytes, meeting.at) },
    { name: 'act', valid: leave, door: (bytes) => enter(ledger, entryBytes(ledger.state, bytes)) },
  ];
  for (const { name, valid, door } of doors)
    if ((await door(valid)) instanceof Refusal) throw new Error(`${name}: what was signed is refused`);
  const all = doors.map(({ valid }) => valid);
  for (let n = 0; n < inputs; n += 1) {
    const { name, valid, door } = random.one(doors);
    const bytes = mutate(random, valid, all);
    if (!equal(bytes, valid) && !((await door(bytes)) instanceof Refusal))
      throw new Error(`${name}: a forgery is accepted`);
  }
};
