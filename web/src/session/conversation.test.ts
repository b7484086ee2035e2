import { type Bytes, hash } from '@parley/protocol/bytes';
import { preparePackage } from '@parley/protocol/keys';
import type { Action, VerifiedEntry } from '@parley/protocol/log';
import { actOf, nodeActOf, place, settle, testDelegate, testLog, testMeeting } from '@parley/protocol/testing';
import { expect, test, vi } from 'vitest';
import type { ToWorker } from '../platform/frames/control.ts';
import { makeFrameKey } from '../platform/key-store/index.ts';
import { openBlobs } from './blobs.ts';
import { openConversation } from './conversation.ts';

/** A settled table of two, seen from one of them, and a third who may sit. */
const openTableOfTwo = async () => {
  const meeting = await testMeeting(['Alba', 'Borland'], Date.now() - 60_000);
  const log = testLog(meeting);
  const { from, until } = meeting.body;
  const delegate = async (seat: string) => {
    const given = await testDelegate(meeting, seat);
    const own = await preparePackage({ mandate: given.mandate, signer: given.device, from, until });
    const frameKey = await makeFrameKey();
    const sit: Action = {
      kind: 'sit',
      takesOver: false,
      chain: given.chain,
      keyPackage: hash('key-package', own.keyPackage),
      frameKey: frameKey.publicKey,
    };
    return { ...given, own, frameKey, sit };
  };
  const [me, leaves, third] = [
    await delegate('borland-principal'),
    await delegate('borland-adviser'),
    await delegate('alba-principal'),
  ];
  const posted: ToWorker['kind'][] = [];
  let submitted: { readonly act: Bytes; readonly blobs: readonly Bytes[]; readonly action: Action }[] = [];
  const blobs = openBlobs(() => {});
  for (const one of [me, leaves, third]) blobs.keep(one.own.keyPackage);
  const first = await settle(log, await actOf(log.ledger.state, me, me.sit));
  const conversation = openConversation({
    agreement: { sheet: meeting.sheet },
    device: me.device,
    seating: first.entry.seq,
    package: me.own,
    frameKey: me.frameKey,
    blobs,
    media: { flow: () => {}, keyFrame: () => {} },
    post: ({ kind }) => posted.push(kind),
    submit: async (action, beside) => {
      const act = await actOf(log.ledger.state, me, action);
      submitted.push({ act, blobs: beside, action });
      return hash('act', act);
    },
    pass: () => {},
    changed: () => {},
    show: () => {},
    lost: (refusal) => {
      throw refusal;
    },
  });
  const tell = (entry: VerifiedEntry, restricted: ReadonlySet<number> = new Set()) =>
    conversation.moved(log.ledger, entry, restricted);
  /** Orders and settles what this device does next for the table's keys. */
  const ordered = async () => {
    const [act] = await vi.waitUntil(() => (submitted.length > 0 ? submitted : null), { timeout: 5_000 });
    submitted = [];
    if (!act) throw new Error('nothing was done');
    for (const one of act.blobs) blobs.keep(one);
    tell(await settle(log, act.act));
    return act.action.kind;
  };
  tell(first);
  expect(await ordered()).toBe('found');
  const second = await settle(log, await actOf(log.ledger.state, leaves, leaves.sit));
  tell(second);
  expect(await ordered()).toBe('commit');
  await vi.waitUntil(() => posted.filter((kind) => kind === 'send').length === 2, { timeout: 5_000 });
  posted.length = 0;
  const sitThird = async () => settle(log, await actOf(log.ledger.state, third, third.sit));
  const borland = meeting.delegations.find(({ name }) => name === 'Borland');
  if (!borland) throw new Error('no Borland');
  const lose = async (seating: number) =>
    place(log, await nodeActOf(log.ledger.state, borland, { kind: 'lost', seating }));
  return { conversation, posted, tell, sitThird, lose, gone: second.entry.seq, submitted: () => submitted };
};

test('[RESTRICT3] while the host withholds a removal, nobody gives whoever was removed the keys of another epoch', async () => {
  const { conversation, posted, tell, sitThird, gone, submitted } = await openTableOfTwo();
  conversation.restricted([gone]);
  expect(posted).toEqual(['block', 'halt', 'retire']);
  tell(await sitThird(), new Set([gone]));
  // Everything that this device does about an entry is done before what it does about the next.
  await vi.waitUntil(() => conversation.paused(), { timeout: 5_000 });
  expect(submitted()).toEqual([]);
  expect(posted).toEqual(['block', 'halt', 'retire']);
  conversation.close();
});

test('[RESTRICT3] an end that is first heard of by the log stops sending as one that came directly', async () => {
  const { conversation, posted, tell, lose, gone } = await openTableOfTwo();
  tell(await lose(gone));
  expect(posted).toEqual(['block', 'halt', 'retire']);
  conversation.close();
});
