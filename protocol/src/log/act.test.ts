import { expect, test } from 'vitest';
import { type Bytes, encode, hash, type Plain, sign } from '../bytes/index.ts';
import { certify, giveMandate } from '../identity/index.ts';
import {
  actOf,
  codeOf,
  enter,
  entryBytes,
  nextNumber,
  nodeActOf,
  seat,
  seedOf,
  sitAction,
  TEST_TIME,
  testDelegate,
  testDelegation,
  testKey,
  testLog,
  testMeeting,
} from '../testing/index.ts';
import { actorName, openAct, verifyAct } from './index.ts';

const meeting = await testMeeting();
const [alba, borland] = meeting.delegations;
if (!alba || !borland) throw new Error('two delegations');
const principal = await testDelegate(meeting, 'alba-principal');
const adviser = await testDelegate(meeting, 'alba-adviser');
const counterpart = await testDelegate(meeting, 'borland-principal');

/** A log in which Alba's principal sits, and the code that an act meets there at the door. */
const seated = async () => {
  const log = testLog(meeting);
  const own = await seat(log, principal);
  const { state } = log.ledger;
  const code = async (act: Bytes) => codeOf(await enter(log.ledger, entryBytes(state, act)));
  return { log, own, state, code };
};

type Wish = { readonly [field: string]: Plain };
/** An act with whatever fields, signed by whatever key. */
const raw = async (
  state: Awaited<ReturnType<typeof seated>>['state'],
  wish: Wish,
  signer = principal.device,
  purpose: 'act' | 'message' = 'act',
) => {
  const by = { kind: 'device', mandate: principal.mandate };
  const action = { kind: 'leave', seating: 1 };
  const body = encode({ v: 2, meeting: meeting.id, by, n: nextNumber(), saw: state.head, action, ...wish });
  return encode({ body, sig: await sign(signer, purpose, body) });
};

test('[ACT1] an act is named by the hash of its bytes', async () => {
  const { state } = await seated();
  const act = await raw(state, {});
  expect(await verifyAct(state, act, TEST_TIME)).toMatchObject({
    hash: hash('act', act),
    action: { kind: 'leave', seating: 1 },
  });
});

test('[ACT1, BYTES4] refuses another version or shape', async () => {
  const { state, code } = await seated();
  expect(await code(await raw(state, {}))).toBe('granted');
  for (const wish of [
    { v: 1 },
    { v: 3 },
    { also: 1 },
    { by: { kind: 'root', root: alba.id } },
    { action: { kind: 'stuck', seating: 1 } },
    { action: { kind: 'leave', seating: 1, reason: 'x' } },
    { action: { kind: 'remove', seating: 1, reason: '' } },
    { action: { kind: 'found', circle: 'lounge', generation: 1, authenticator: alba.id } },
  ])
    expect(await code(await raw(state, wish))).toBe('bytes.malformed');
});

test('[ACT2] refuses an act of another meeting', async () => {
  const { state, code } = await seated();
  expect(await code(await raw(state, { meeting: new Uint8Array(16) }))).toBe('act.meeting');
});

test('[ACT2] an act that saw more than is held here waits', async () => {
  const { state, code } = await seated();
  expect(await code(await raw(state, { saw: { seq: 2, head: state.head.head } }))).toBe('act.ahead');
});

test('[ACT3] refuses who is not there: a mandate not seated, a root not of the sheet, a node that would sit', async () => {
  const { state, code } = await seated();
  expect(await code(await raw(state, { by: { kind: 'device', mandate: adviser.mandate } }, adviser.device))).toBe(
    'act.unknown-actor',
  );
  expect(await code(await raw(state, { by: { kind: 'node', root: seedOf('nobody') } }))).toBe('act.unknown-actor');
  expect(await code(await nodeActOf(state, alba, sitAction(adviser, 'node')))).toBe('act.unknown-actor');
});

test('[ACT3] refuses a forged act: another key, another purpose, another byte', async () => {
  const { state, code } = await seated();
  expect(await code(await raw(state, {}, counterpart.device))).toBe('act.forged');
  expect(await code(await raw(state, {}, principal.device, 'message'))).toBe('act.forged');
  expect(await code(await raw(state, { by: { kind: 'node', root: alba.id } }, borland.issuing))).toBe('act.forged');
  const turned = await raw(state, {});
  turned[20] = (turned[20] ?? 0) ^ 1; // within the signature
  expect(await code(turned)).toBe('act.forged');
});

test('[ACT3] refuses a request to sit that another device signed, or under another mandate than it shows', async () => {
  const { state, code } = await seated();
  expect(
    await code(await actOf(state, { ...counterpart, device: await testKey('thief') }, sitAction(counterpart, 'x'))),
  ).toBe('act.forged');
  expect(
    await code(await actOf(state, { ...counterpart, mandate: adviser.mandate }, sitAction(counterpart, 'x'))),
  ).toBe('act.mandate');
});

test('[ACT3] refuses a request to sit whose chain does not stand at the entry’s time', async () => {
  const { state, code } = await seated();
  const mandate = (device: Bytes, from: number, until: number) =>
    borland.mandate(counterpart.seat, { meeting: meeting.id, device, from, until });
  const asked = async (from: number, until: number) => {
    const chain = await mandate(counterpart.device.publicKey, from, until);
    const who = { ...counterpart, chain, mandate: hash('mandate', chain.mandate) };
    return code(await actOf(state, who, sitAction(who, `${from} ${until}`)));
  };
  expect(await asked(state.time, state.time + 1)).toBe('granted');
  expect(await asked(state.time - 9, state.time)).toBe('identity.mandate-expired');
  expect(await asked(state.time + 1, state.time + 9)).toBe('identity.mandate-expired');
});

test('[ACT3, SHEET5] a mandate under a root that is pinned here, but is no delegation of the sheet, is nobody’s', async () => {
  const { state, code } = await seated();
  const corvia = await testDelegation('Corvia');
  const chain = await corvia.mandate(counterpart.seat, { meeting: meeting.id, device: counterpart.device.publicKey });
  const who = { ...counterpart, chain, mandate: hash('mandate', chain.mandate) };
  expect(await code(await actOf(state, who, sitAction(who, 'x')))).toBe('identity.root-unknown');
});

test('[ACT3, IDENT6] a forged chain admits nobody, though the act itself is rightly signed', async () => {
  const { state, code } = await seated();
  const asked = async (chain: typeof counterpart.chain) => {
    const who = { ...counterpart, chain, mandate: hash('mandate', chain.mandate) };
    return code(await actOf(state, who, sitAction(who, 'forged chain')));
  };
  const { root, id, certificate } = borland;
  const { chain } = counterpart;
  const statement = {
    meeting: meeting.id,
    seat: counterpart.seat.id,
    role: counterpart.seat.role,
    name: counterpart.seat.name,
    function: counterpart.seat.function,
    device: counterpart.device.publicKey,
    from: 0,
    until: TEST_TIME * 2,
  };
  expect(await asked(await giveMandate({ certificate, root: id, signer: alba.issuing }, statement))).toBe(
    'identity.mandate-forged',
  );
  const thief = await testKey('thief');
  const selfMade = await certify(
    { keys: root.keys, sign: alba.root.sign },
    { key: thief.publicKey, serial: 1, from: 0, until: TEST_TIME * 2 },
  );
  expect(await asked(await giveMandate({ certificate: selfMade, root: id, signer: thief }, statement))).toBe(
    'identity.certificate-forged',
  );
  expect(await asked(chain)).toBe('granted');
});

test('[ACT3] a mandate for another meeting admits nobody', async () => {
  const { state, code } = await seated();
  const chain = await borland.mandate(counterpart.seat, {
    meeting: new Uint8Array(16),
    device: counterpart.device.publicKey,
  });
  const who = { ...counterpart, chain, mandate: hash('mandate', chain.mandate) };
  expect(await code(await actOf(state, who, sitAction(who, 'x')))).toBe('identity.mandate-meeting');
});

test('[ACT4] refuses a number that was used or passed by, also after the actor has left', async () => {
  const { log, state, own, code } = await seated();
  const action = { kind: 'found' as const, circle: 'table' as const, generation: 1, authenticator: seedOf('epoch 0') };
  const found = (n: number) => actOf(state, principal, action, { n });
  const [held] = log.entries;
  const last = held?.act.n ?? 0;
  expect(await code(await found(last))).toBe('act.sequence');
  expect(await code(await found(0))).toBe('act.sequence');
  expect(await code(await found(last + 1))).toBe('granted');
  // The request to sit again, word for word, after its device has left.
  const left = await enter(
    log.ledger,
    entryBytes(state, await actOf(state, principal, { kind: 'leave', seating: own })),
  );
  if (!('state' in left)) throw new Error(left.code);
  expect(codeOf(await enter(left, entryBytes(left.state, held?.entry.act ?? new Uint8Array())))).toBe('act.sequence');
});

test('[ACT4] numbers of other actors are their own', async () => {
  const { state, code } = await seated();
  const sit = await actOf(state, counterpart, sitAction(counterpart, 'own number'), { n: 1 });
  expect(await code(sit)).toBe('granted');
  expect(actorName({ kind: 'node', root: alba.id })).not.toBe(actorName({ kind: 'device', mandate: alba.id }));
});

test('[ACT5] refuses an act that saw another log; the call sheet is a head as well', async () => {
  const { state, code } = await seated();
  const action = { kind: 'found', circle: 'table', generation: 1, authenticator: seedOf('epoch 0') };
  expect(await code(await raw(state, { action, saw: { seq: 1, head: meeting.sheet.hash } }))).toBe('act.fork');
  expect(await code(await raw(state, { action, saw: { seq: 0, head: state.head.head } }))).toBe('act.fork');
  expect(await code(await raw(state, { action, saw: { seq: 0, head: meeting.sheet.hash } }))).toBe('granted');
});

test('[ACT5] a restriction that the host held back for long can still be ordered', async () => {
  const { log, state, own } = await seated();
  const removed = await raw(state, { action: { kind: 'leave', seating: own } });
  const other = await testDelegate(meeting, 'borland-adviser');
  for (let round = 0; round < 300; round += 1) await seat(log, other, `again ${round}`);
  expect(codeOf(await enter(log.ledger, entryBytes(log.ledger.state, removed)))).toBe('granted');
});

test('[ACT1] opening an act believes nothing, and refuses what is no act', async () => {
  const { state } = await seated();
  expect(openAct(await raw(state, {}, counterpart.device))).toMatchObject({ inner: { n: expect.any(Number) } });
  expect(codeOf(openAct(new Uint8Array([0])))).toBe('bytes.malformed');
});
