import { createProposal, decodeMlsMessage } from 'ts-mls';
import { expect, test } from 'vitest';
import { Refusal, toHex, toUtf8 } from '../bytes/index.ts';
import { codeOf } from '../testing/index.ts';
import { openSealed as openIf, seal } from './application.ts';
import { type Circle, openCircle, suiteOf } from './circle.ts';
import { forgetCircle } from './forget.ts';
import { writeMessage } from './message.ts';
import { SUITE } from './suite.ts';
import { CLASSIC, granted, Table } from './trial/table.ts';

const hello = toUtf8('hello');
/** Opens whatever there is. */
const openSealed = (circle: Circle, bytes: Uint8Array) => openIf(circle, bytes, (content) => content);

test('[KEYS20] what one member seals every other opens, once; nobody else does', async () => {
  const table = await Table.of(3, SUITE);
  const sealed = granted(await seal(table.circle(1), hello));
  expect(toHex(sealed)).not.toContain(toHex(hello));
  for (const other of [2, 3]) {
    expect(granted(await openSealed(table.circle(other), sealed))).toEqual(hello);
    expect(codeOf(await openSealed(table.circle(other), sealed))).toBe('sealed.crypto');
  }
  const elsewhere = await Table.of(2, SUITE);
  expect(codeOf(await openSealed(elsewhere.circle(2), sealed))).toBe('sealed.crypto');
});

test('[KEYS20] many at once: each takes a key of its own, and they open in any order', async () => {
  const table = await Table.of(2, CLASSIC);
  const all = await Promise.all(
    Array.from({ length: 8 }, async (_, n) => granted(await seal(table.circle(1), Uint8Array.of(n)))),
  );
  const back = await Promise.all(
    all.toReversed().map(async (one) => granted(await openSealed(table.circle(2), one))[0]),
  );
  expect(back).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
});

test('[KEYS20] refuses another epoch’s, another group’s, a proposal, other bytes, anything changed', async () => {
  const table = await Table.of(3, CLASSIC);
  const before = table.circle(2);
  const early = granted(await seal(table.circle(1), hello));
  await table.commit(1, [], [3]);
  expect(codeOf(await openSealed(table.circle(2), early))).toBe('sealed.epoch');
  expect(codeOf(await openSealed(before, early))).toBe('sealed.epoch'); // forgotten
  expect(codeOf(await seal(before, hello))).toBe('sealed.epoch');

  const sealed = granted(await seal(table.circle(1), hello));
  const open = async (bytes: Uint8Array) => codeOf(await openSealed(table.circle(2), bytes));
  expect(await open(new Uint8Array(1_025))).toBe('sealed.malformed');
  expect(await open(Uint8Array.of(...sealed, 0))).toBe('sealed.malformed');
  for (let at = 0; at < sealed.length; at += 7) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await open(changed), `byte ${at}`).toMatch(/^sealed\./);
  }

  const message = decodeMlsMessage(sealed, 0)?.[0];
  if (message?.wireformat !== 'mls_private_message') throw new Error('no private message');
  const { privateMessage } = message;
  const again = (change: Partial<typeof privateMessage>) =>
    writeMessage({ ...message, privateMessage: { ...privateMessage, ...change } });
  expect(await open(again({ groupId: new Uint8Array(32) }))).toBe('sealed.group');
  expect(await open(again({ authenticatedData: hello }))).toBe('sealed.context');
  expect(await open(again({ contentType: 'commit' }))).toBe('sealed.malformed');

  const inner = openCircle(table.circle(1));
  const proposed = await createProposal(
    inner.state,
    false,
    { proposalType: 'remove', remove: { removed: 1 } },
    await suiteOf(inner),
  );
  expect(await open(writeMessage(proposed.message))).toBe('sealed.malformed');
  // Nothing of all this kept the true one out.
  expect(granted(await openSealed(table.circle(2), sealed))).toEqual(hello);
});

test('[KEYS17, KEYS20] what is being sealed while its epoch ends is not given out', async () => {
  const table = await Table.of(2, CLASSIC);
  const circle = table.circle(1);
  const sealing = seal(circle, hello);
  const state = await Promise.resolve().then(() => {
    const { state } = openCircle(circle);
    forgetCircle(circle, null);
    return state;
  });
  expect(codeOf(await sealing)).toBe('sealed.epoch');
  expect(state.secretTree.every(({ application }) => application.secret.every((byte) => byte === 0))).toBe(true);
});

test('[KEYS20] what is not accepted can be opened still', async () => {
  const table = await Table.of(2, CLASSIC);
  const sealed = granted(await seal(table.circle(1), hello));
  const no = await openIf(table.circle(2), sealed, () => new Refusal('code.seating'));
  expect(codeOf(no)).toBe('code.seating');
  expect(granted(await openSealed(table.circle(2), sealed))).toEqual(hello);
});
