import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bytes, encode, Refusal, toHex } from '@parley/protocol/bytes';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SaidRefusal } from '../doors/peer/client.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { type Outbox, outbox } from './outbox.ts';

const done: PeerReply = { kind: 'done' };
const some = (length = 32): Bytes => new Uint8Array(randomBytes(length));
const [own, borland, corvia] = [some(), some(), some()];
const meeting = some(16);
let folder: string;
let store: Store;
let now: number;
let asked: string[];
let answers: (PeerReply | Refusal)[];
let box: Outbox;
let reinstated: number;

const word = (reason: string): Bytes => encode({ kind: 'withdrawn', meeting, sheet: some(), reason });
beforeEach(async () => {
  [now, asked, answers] = [1_000_000, [], []];
  folder = mkdtempSync(join(tmpdir(), 'parley-outbox-'));
  store = await openSqlite(join(folder, 'store.sqlite'));
  const errands = ['first', 'second'].map((reason) => ({ root: borland, request: word(reason), until: now + 1e9 }));
  const other = { root: corvia, request: word('other'), until: now + 1e9 };
  await store.addProposal({ meeting, until: now + 1e9 }, some(), { root: some(), bytes: some() }, [...errands, other]);
  const ask = async (root: string, request: PeerRequest): Promise<PeerReply | Refusal> => {
    if (request.kind !== 'withdrawn') throw new Error(request.kind);
    asked.push(request.reason);
    return root === toHex(borland) ? (answers.shift() ?? done) : done;
  };
  reinstated = 0;
  box = outbox({
    own,
    store,
    ask,
    clock: { now: () => now, elapsed: () => now, after: () => () => {} },
    reinstated: () => {
      reinstated += 1;
    },
  });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});
const waiting = async () => (await store.errands()).map(({ refused }) => refused);

test('[SHEET8] what is answered is done; each counterpart is told in order', async () => {
  await box.look();
  expect(asked.filter((one) => one !== 'other')).toEqual(['first', 'second']);
  expect(await waiting()).toEqual([]);
});

test.each([
  ['away', new Refusal('peer.unreachable')],
  ['one that does not know the meeting yet', new SaidRefusal('peer.unknown-meeting')],
  ['one that does not know a delegation yet', new SaidRefusal('identity.root-unknown')],
])('[SHEET8] a counterpart that is %s is told later, and nobody waits for it', async (_, refusal) => {
  answers = [refusal, refusal];
  await box.look();
  expect(asked.toSorted()).toEqual(['first', 'other']);
  expect(await waiting()).toEqual([null, null]);
  now += 999;
  await box.look();
  expect(asked).toHaveLength(2);
  now += 1;
  await box.look();
  expect(asked.slice(2)).toEqual(['first']);
  // The pause grows.
  now += 1_999;
  await box.look();
  expect(asked).toHaveLength(3);
  now += 1;
  await box.look();
  expect(asked.slice(3)).toEqual(['first', 'second']);
  expect(await waiting()).toEqual([]);
});

test('[SHEET8] what is refused for good is kept to be shown, and the rest goes on', async () => {
  answers = [new SaidRefusal('sheet.other')];
  await box.look();
  expect(await waiting()).toEqual(['sheet.other']);
  await box.look();
  expect(asked).toHaveLength(3);
});

test('[SHEET8] what nobody needs to hear any more is not said', async () => {
  now += 2e9;
  await box.look();
  expect(asked).toEqual([]);
  expect(new Set(await waiting())).toEqual(new Set(['sheet.over']));
});

test('[SHEET9] a withdrawal that comes after somebody has sat elsewhere is taken back; one of another stays', async () => {
  await store.withdrawProposal(meeting, { root: own, reason: 'not now' }, []);
  answers = [new SaidRefusal('sheet.begun')];
  await box.look();
  expect(reinstated).toBe(1);
  expect((await store.proposals())[0]?.withdrawn).toBeNull();
  await store.withdrawProposal(meeting, { root: borland, reason: 'theirs' }, [
    { root: borland, request: word('again'), until: now + 1e9 },
  ]);
  answers = [new SaidRefusal('sheet.begun')];
  await box.look();
  expect((await store.proposals())[0]?.withdrawn).toMatchObject({ reason: 'theirs' });
});
