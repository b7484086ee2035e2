import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, hash } from '@parley/protocol/bytes';
import { giveMandate, mandateHash } from '@parley/protocol/identity';
import { preparePackage } from '@parley/protocol/keys';
import { countersign, openLedger, placeAct, type State, signAct } from '@parley/protocol/log';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { peerDoor } from '../src/doors/peer/door.ts';
import { nodeLogger } from '../src/log.ts';
import { type Device, freshSigner, openDevice } from './device.ts';
import { type Pair, startOne, startPair } from './pair.ts';

/** A node lies: whoever plays it holds its issuing key, and answers what they like. Alba hosts. */
let pair: Pair;
let closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  pair = await startPair((config) => ({ ...config, lostAfter: { gone: 2_000, closed: 300 } }));
}, 60_000);
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
  await pair.stop();
});

const device = async (seat: string) =>
  openDevice(await pair.link(seat.startsWith('alba') ? pair.alba : pair.borland, seat));
const sheetOf = () => pair.alba.meetings()[0]!.sheet;

const answerAs = async (
  who: 'alba' | 'borland',
  answer: (request: PeerRequest) => Promise<PeerReply>,
): Promise<void> => {
  await pair[who].stop();
  const { config, identity } = pair.prepared[who === 'alba' ? 0 : 1];
  const { issuers } = sheetOf();
  const door = peerDoor({
    own: identity,
    origin: config.peer.origin,
    keyOf: (root) => issuers.get(root)?.key ?? null,
    store: { takeNonce: async () => true },
    clock: systemClock,
    logger: nodeLogger('x', 'silent'),
    tls: null,
    onForged: () => {},
    handle: (_, request) => answer(request),
  });
  await door.listen({ host: config.peer.address, port: config.peer.port });
  closing = [...closing, () => door.close()];
};

/** Both principals sit, and all is settled. */
const seatBothPrincipals = async () => {
  const ilaria = await device('alba-principal');
  await ilaria.sit();
  const anders = await device('borland-principal');
  const { seating } = await anders.sit();
  const { state } = await ilaria.until(({ settled }) => settled.seatings.size === 2);
  return { ilaria, anders, seating, state };
};

/** Resolves when Alba’s node has asked Borland’s for the log so many times: what was answered before has been taken. */
const turns = (most: number) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  return {
    asked: () => {
      asked += 1;
      if (asked === most) resolve();
    },
    done: promise,
  };
};

/** A `sit` of Borland’s principal, with the bytes beside it; `from` and `until` of its mandate in ms from now. */
const sitting = async (state: State, from: number, until: number) => {
  const sheet = sheetOf();
  const { identity } = pair.prepared[1];
  const { id: seat, role, name, function: title } = sheet.seats.find(({ id }) => id === 'borland-principal')!;
  const signer = freshSigner();
  const now = Date.now();
  const chain = await giveMandate(
    { certificate: identity.certificate, root: identity.root, signer: identity.signer },
    {
      meeting: sheet.meeting,
      seat,
      role,
      name,
      function: title,
      device: signer.publicKey,
      from: now + from,
      until: now + until,
    },
  );
  const mandate = mandateHash(chain.mandate);
  const { keyPackage } = await preparePackage({ mandate, signer, from: now - 290_000, until: sheet.until });
  const act = await signAct(signer, {
    meeting: sheet.meeting,
    by: { kind: 'device', mandate },
    n: 1,
    saw: state.head,
    action: {
      kind: 'sit',
      takesOver: false,
      chain,
      keyPackage: hash('key-package', keyPackage),
      frameKey: freshSigner().publicKey,
    },
  });
  return { act, keyPackage };
};

test('[PEER8] [PEER9] a counterpart cannot order in the host’s place by saying that the host has lost entries', async () => {
  const { state } = openLedger(sheetOf());
  // By the law refused: its mandate has ended. So it is dated back.
  const { act, keyPackage } = await sitting(state, -200_000, -100_000);
  const asked = { kind: 'submit', meeting: sheetOf().meeting, act, blobs: [keyPackage] } as const;
  expect(await pair.borland.ask(pair.alba.root, asked)).toMatchObject({ code: 'identity.mandate-expired' });
  const entry = placeAct(state, act, Date.now() - 150_000);
  const word = await countersign(pair.prepared[1].identity, entry);
  const thrice = turns(3);
  await answerAs('borland', async (request) => {
    if (request.kind === 'want') return { kind: 'blob', bytes: keyPackage };
    if (request.kind !== 'since') return { kind: 'done' };
    thrice.asked();
    return { kind: 'log', entries: request.seq === 0 ? [entry.bytes] : [], countersignatures: [word] };
  });
  await thrice.done;
  expect(pair.alba.meetings()[0]!.head().seq).toBe(0);
}, 60_000);

test('[PEER9] a host that lost its newest entries takes them back as far as it had countersigned them itself', async () => {
  const { folder } = pair.prepared[0].config;
  const [file, older] = [join(folder, 'node.sqlite'), join(folder, 'older.sqlite')];
  await (await device('borland-principal')).sit();
  await pair.alba.stop();
  copyFileSync(file, older);
  const between = await startOne(pair.prepared[0].config);
  const ilaria = await openDevice(await pair.link(between, 'alba-principal'));
  const { seating } = await ilaria.sit();
  const lost = between.meetings()[0]!.head();
  await between.stop();
  copyFileSync(older, file);
  const restored = await startOne(pair.prepared[0].config);
  closing = [...closing, () => restored.stop()];
  await restored.meetings()[0]!.synced();
  expect(lost.seq).toBeGreaterThanOrEqual(seating);
  expect(restored.meetings()[0]!.head().seq).toBeGreaterThanOrEqual(lost.seq);
}, 60_000);

test('[PEER11] that a counterpart says there are two logs stops nothing, and no person is told so', async () => {
  const ilaria = await device('alba-principal');
  await ilaria.sit();
  const thrice = turns(3);
  await answerAs('borland', async (request) => {
    if (request.kind === 'since') thrice.asked();
    return { kind: 'refused', code: 'log.equivocation', detail: `${pair.alba.root} at 1` };
  });
  await thrice.done;
  const tomas = await device('alba-adviser');
  await tomas.ask();
  await ilaria.until(({ state }) => state.seatings.size === 2);
  expect(ilaria.heard.filter(({ kind }) => kind === 'stopped')).toEqual([]);
}, 60_000);

test('[PEER11] a meeting that has stopped countersigns nothing more', async () => {
  const ilaria = await device('alba-principal');
  const tomas = await device('alba-adviser');
  await ilaria.sit();
  await tomas.sit();
  const { state } = await ilaria.until(({ settled }) => settled.seatings.size === 2);
  const { meeting } = state.sheet;
  const leave = async (of: Device, n: number) => {
    const { mandate, id } = [...state.seatings.values()].find(({ seat }) => seat.id === of.seat)!;
    const action = { kind: 'leave', seating: id } as const;
    return signAct(of.signer, { meeting, by: { kind: 'device', mandate }, n, saw: state.head, action });
  };
  const one = placeAct(state, await leave(tomas, 2 ** 50), Date.now());
  const other = placeAct(state, await leave(tomas, 2 ** 50 + 1), Date.now() + 1);
  const tell = (request: PeerRequest) => pair.alba.ask(pair.borland.root, request);
  const entry = (bytes: Bytes) => tell({ kind: 'entry', meeting, entry: bytes, blobs: [], countersignatures: [] });
  expect(await entry(one.bytes), 'not without the host’s word').toEqual({ kind: 'done' });
  expect(await entry(other.bytes)).toMatchObject({ code: 'log.fork' });
  const countersignature = await countersign(pair.prepared[0].identity, one);
  expect(await tell({ kind: 'countersigned', meeting, countersignature })).toMatchObject({ code: 'log.fork' });
  const log = await tell({ kind: 'since', meeting, seq: one.seq });
  if (!('countersignatures' in log)) throw new Error('no log');
  const own = await countersign(pair.prepared[1].identity, one);
  expect(log.countersignatures.map((bytes) => Buffer.from(bytes).toString('hex'))).not.toContain(
    Buffer.from(own).toString('hex'),
  );
}, 60_000);

test('[RESTRICT3] a counterpart that answers slowly holds up no restriction of others', async () => {
  const ilaria = await device('alba-principal');
  const tomas = await device('alba-adviser');
  await ilaria.sit();
  const { seating } = await tomas.sit();
  const { state } = await ilaria.until(({ settled }) => settled.seatings.size === 2);
  const { act } = await sitting(state, -100_000, 100_000);
  const entry = placeAct(state, act, Date.now());
  const [wanted, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const before: boolean[] = [];
  let restricted = false;
  await answerAs('borland', async (request) => {
    const countersignatures = [await countersign(pair.prepared[0].identity, entry)];
    if (request.kind === 'since') return { kind: 'log', entries: [entry.bytes], countersignatures };
    if (request.kind !== 'want') return { kind: 'done' };
    wanted.resolve();
    // Less than what ends the question, and much more than a restriction takes.
    await Promise.race([heard.promise, new Promise((resolve) => systemClock.after(4_500, () => resolve(undefined)))]);
    before.push(restricted);
    return { kind: 'refused', code: 'blob.unknown', detail: '' };
  });
  await wanted.promise;
  await ilaria.act({ kind: 'remove', seating, reason: 'now' });
  await ilaria.hears('restricted');
  restricted = true;
  heard.resolve();
  await expect.poll(() => before[0]).toBe(true);
}, 60_000);

test('[RESTRICT3] a restriction that says nothing new is neither kept nor told, however often it is signed anew', async () => {
  const { ilaria, seating, state } = await seatBothPrincipals();
  const { meeting } = state.sheet;
  const { identity } = pair.prepared[1];
  for (let n = 0; n < 20; n += 1) {
    const by = { kind: 'node', root: identity.root } as const;
    const action = { kind: 'lost', seating } as const;
    const act = await signAct(identity.signer, { meeting, by, n: 2 ** 40 + n, saw: state.head, action });
    await pair.borland.ask(pair.alba.root, { kind: 'restricted', meeting, act });
  }
  await (await device('alba-adviser')).ask();
  await ilaria.until((ledger) => ledger.state.seatings.size === 3);
  const told = ilaria.heard.filter(({ kind }) => kind === 'restricted');
  expect(told).toHaveLength(1);
}, 60_000);

test('[PEER8] a restriction that is told and never given to the host is ordered all the same: nobody waits for ever', async () => {
  const { ilaria, anders, seating, state } = await seatBothPrincipals();
  const { mandate } = state.seatings.get(seating)!;
  const { meeting } = state.sheet;
  const by = { kind: 'device', mandate } as const;
  const action = { kind: 'leave', seating } as const;
  const act = await signAct(anders.signer, { meeting, by, n: 0, saw: state.head, action });
  expect(await pair.borland.ask(pair.alba.root, { kind: 'restricted', meeting, act })).toEqual({ kind: 'done' });
  await ilaria.until((ledger) => !ledger.state.seatings.has(seating));
}, 60_000);

test('[RESTRICT3] a device that was away when a restriction came is told it when it is back', async () => {
  const ilaria = await device('alba-principal');
  const anders = await device('borland-principal');
  const mira = await device('borland-adviser');
  await ilaria.sit();
  await anders.sit();
  const { seating } = await mira.sit();
  await anders.until(({ settled }) => settled.seatings.size === 3);
  await pair.alba.stop(); // the host does not order it
  await mira.hears('host', ({ reached }) => !reached);
  const link = await pair.link(pair.borland, 'borland-principal');
  anders.raw.terminate();
  await anders.closed;
  const act = await mira.act({ kind: 'leave', seating });
  await mira.hears('restricted');
  const back = await openDevice(link, anders);
  expect((await back.hears('restricted')).act).toEqual(act);
}, 60_000);

// Turns red without isBelieved (src/meeting/meeting.ts).
test('[PEER11] [ADMIT6] a host that says, without a removal in the log, that somebody was removed is not believed', async () => {
  const anders = await device('borland-principal');
  await answerAs('alba', async (request) => {
    if (request.kind === 'submit') return { kind: 'refused', code: 'admit.removed', detail: '' };
    return request.kind === 'since' ? { kind: 'log', entries: [], countersignatures: [] } : { kind: 'done' };
  });
  await anders.hears('host', ({ reached }) => reached);
  await anders.ask();
  expect((await anders.hears('refused')).code).toBe('peer.answer');
});
