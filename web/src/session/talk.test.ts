import { hash, Refusal } from '@parley/protocol/bytes';
import { verifyMandate } from '@parley/protocol/identity';
import { preparePackage } from '@parley/protocol/keys';
import { type Action, openAct, type VerifiedEntry } from '@parley/protocol/log';
import {
  actOf,
  settle,
  sitAction,
  type TestDelegate,
  testDelegate,
  testLog,
  testMeeting,
} from '@parley/protocol/testing';
import type { DeviceToNode } from '@parley/protocol/wire';
import { expect, test, vi } from 'vitest';
import type { ToWorker } from '../platform/frames/control.ts';
import { makeFrameKey } from '../platform/key-store/index.ts';
import { openTalk } from './talk.ts';

const WITHIN = { timeout: 8_000 };

/** One device's part in a meeting whose host the test plays. */
const openOne = async () => {
  /** What signing waits for once the keys are lost. */
  const pen = { free: Promise.resolve() };
  const meeting = await testMeeting(['Alba', 'Borland'], Date.now() - 60_000);
  const { sheet, pins } = meeting;
  const log = testLog(meeting);
  const me = await testDelegate(meeting, 'borland-principal');
  const mandate = await verifyMandate(pins, me.chain, sheet.meeting, Date.now());
  const seat = sheet.seats.find(({ id }) => id === 'borland-principal');
  if (mandate instanceof Refusal || !seat) throw new Error('no mandate');
  const posted: ToWorker['kind'][] = [];
  const said: DeviceToNode[] = [];
  const joined: string[] = [];
  let reached = true;
  let gaps = 0;
  const talk = openTalk({
    agreement: { sheet, pins, mandate, chain: me.chain, seat, guest: false, clockOffset: 0 },
    device: {
      ...me.device,
      sign: async (message) => {
        const signature = await me.device.sign(message);
        if (joined.includes('lost-keys')) await pen.free;
        return signature;
      },
    },
    media: {
      takeSeat: () => {},
      facts: () => ({ atMs: 0, legs: [], pipes: [] }),
      flow: () => {},
      keyFrame: () => {},
    },
    post: ({ kind }) => posted.push(kind),
    say: (word) => {
      if (reached) said.push(word);
      return reached;
    },
    again: () => {
      gaps += 1;
    },
    now: Date.now,
    join: ({ kind }) => joined.push(kind),
    happened: () => {},
    letIn: () => {},
    refusedAct: () => {},
    changed: () => {},
    show: () => {},
    sends: () => ({ audio: true, video: true }),
  });
  const tell = ({ entry }: VerifiedEntry, blobs: readonly Uint8Array<ArrayBuffer>[], words = 2) =>
    talk.said({
      kind: 'entry',
      entry: entry.bytes,
      blobs,
      countersignatures: log.countersignatures.slice(-words).map(({ bytes }) => bytes),
    });
  const submitted = () => vi.waitUntil(() => said.find((word) => word.kind === 'submit'), WITHIN);
  /** Orders and settles what the device submits next. */
  const grant = async () => {
    const word = await submitted();
    said.splice(0, said.indexOf(word) + 1);
    tell(await settle(log, word.act), word.blobs);
  };
  const { from, until } = meeting.body;
  const sitOf = async (given: TestDelegate) => {
    const { keyPackage } = await preparePackage({ mandate: given.mandate, signer: given.device, from, until });
    const { publicKey } = await makeFrameKey();
    const action: Action = {
      kind: 'sit',
      takesOver: false,
      chain: given.chain,
      keyPackage: hash('key-package', keyPackage),
      frameKey: publicKey,
    };
    const entry = await settle(log, await actOf(log.ledger.state, given, action));
    tell(entry, [keyPackage]);
    return entry.entry.seq;
  };
  const lose = () => {
    reached = false;
  };
  const reach = () => {
    reached = true;
    talk.again();
  };
  const missed = () => gaps;
  return { meeting, log, talk, posted, said, joined, pen, missed, tell, grant, submitted, sitOf, lose, reach };
};

type One = Awaited<ReturnType<typeof openOne>>;

test('a request to sit that died with the node is made again when the node is back', async () => {
  const { talk, said, submitted, lose, reach } = await openOne();
  await talk.takeSeat();
  const first = await submitted();
  said.length = 0;
  lose();
  reach();
  expect(await submitted()).toEqual(first);
});

test('what was given while the node was away is given when it is back, until the log holds it', async () => {
  const { talk, said, grant, submitted, lose, reach } = await openOne();
  await talk.takeSeat();
  await submitted();
  lose();
  await grant();
  // The founding of the table falls into that time.
  await vi.waitUntil(() => talk.conversation(), WITHIN);
  reach();
  await grant();
  await vi.waitUntil(() => talk.conversation()?.keyed(), WITHIN);
  said.length = 0;
  reach();
  expect(said.filter(({ kind }) => kind === 'submit')).toEqual([]);
});

/** Loses the keys by a commit of another member whose bytes are none; what was posted since. */
const loseKeys = async ({ meeting, log, talk, posted, joined, tell, grant, sitOf }: One) => {
  await talk.takeSeat();
  await grant();
  await grant();
  const other = await testDelegate(meeting, 'borland-adviser');
  await sitOf(other);
  await grant();
  await vi.waitUntil(() => posted.filter((kind) => kind === 'send').length === 2, WITHIN);
  const upTo = await sitOf(await testDelegate(meeting, 'alba-principal'));
  const { state } = log.ledger;
  // The other member's commit, whose bytes are none.
  const [commit, welcome] = [new Uint8Array([1]), new Uint8Array([2])];
  const bad: Action = {
    kind: 'commit',
    circle: 'table',
    generation: 1,
    epoch: 1,
    upTo,
    ended: state.ended,
    commit: hash('blob', commit),
    welcome: hash('blob', welcome),
    authenticator: hash('blob', new Uint8Array([3])),
  };
  const begin = posted.length;
  tell(await settle(log, await actOf(state, other, bad)), [commit, welcome]);
  await vi.waitUntil(() => joined.includes('lost-keys'), WITHIN);
  return posted.slice(begin);
};

/** Whether a word asks to sit. */
const asks = (word: DeviceToNode): boolean => {
  const opened = word.kind === 'submit' ? openAct(word.act) : null;
  return opened !== null && !(opened instanceof Refusal) && opened.inner.action.kind === 'sit';
};
/** The node's answer to a passing message of a seating that does not stand. */
const unknown = { kind: 'refused', act: null, code: 'message.unknown', detail: '' } as const;

test('[ADMIT5] whom its node gave up while it did not reach it sits anew once it is told', async () => {
  const { talk, said, grant } = await openOne();
  await talk.takeSeat();
  await grant();
  await grant();
  await vi.waitUntil(() => talk.conversation()?.keyed(), WITHIN);
  talk.said(unknown);
  await vi.waitUntil(() => said.some(asks), WITHIN);
});

test('who leaves is not brought back by what the node says of a word that came too late', async () => {
  const { talk, said, grant } = await openOne();
  await talk.takeSeat();
  await grant();
  await grant();
  await vi.waitUntil(() => talk.conversation()?.keyed(), WITHIN);
  said.length = 0;
  const left = talk.leave();
  talk.said(unknown);
  await left;
  expect(said.some(asks)).toBe(false);
});

test('[ADMIT6] who was removed and asks to sit reads that it was removed', async () => {
  const { talk, said, joined, submitted } = await openOne();
  await talk.takeSeat();
  const { act } = await submitted();
  talk.said({ kind: 'refused', act: hash('act', act), code: 'admit.removed', detail: '' });
  expect([said.length, joined]).toEqual([1, ['ended']]);
});

test('[RESTRICT3] a device that cannot follow the keys sends nothing more under those it has', async () => {
  expect(await loseKeys(await openOne())).toEqual(['halt', 'retire']);
});

test('[ADMIT5] who sits anew talks under the new seating, however long signing the request takes', async () => {
  const one = await openOne();
  const pen = Promise.withResolvers<void>();
  one.pen.free = pen.promise;
  await loseKeys(one);
  // The log moves meanwhile, and holds the seating before; a gap shows that it has.
  const adviser = await testDelegate(one.meeting, 'alba-adviser');
  const seating = await one.sitOf(adviser);
  const lost = await settle(one.log, await actOf(one.log.ledger.state, adviser, { kind: 'leave', seating }));
  const action = sitAction(adviser, 'again');
  const next = await settle(one.log, await actOf(one.log.ledger.state, adviser, action));
  one.tell(next, []);
  await vi.waitUntil(() => one.missed() > 0, WITHIN);
  for (const entry of [lost, next]) one.tell(entry, []);
  pen.resolve();
  await vi.waitUntil(() => one.said.some(asks), WITHIN);
  one.said.splice(0, one.said.findIndex(asks));
  await one.grant();
  const seatings = [...one.log.ledger.settled.seatings.values()];
  const anew = seatings.find(({ seat }) => seat.id === 'borland-principal');
  await vi.waitUntil(() => one.talk.conversation(), WITHIN);
  expect(one.talk.conversation()?.seating).toBe(anew?.id);
});

/** The commit that a word gives to the node. */
const commitIn = (word: DeviceToNode) => {
  const opened = word.kind === 'submit' ? openAct(word.act) : null;
  if (!opened || opened instanceof Refusal) return null;
  return opened.inner.action.kind === 'commit' ? opened.inner.action : null;
};

/** Seated and keyed, with Alba's principal at the table. */
const seated = async () => {
  const one = await openOne();
  await one.talk.takeSeat();
  await one.grant();
  await one.grant();
  await vi.waitUntil(() => one.talk.conversation()?.keyed(), WITHIN);
  const principal = await testDelegate(one.meeting, 'alba-principal');
  await one.sitOf(principal);
  return { ...one, principal };
};

// Turns red without table.restricted (conversation.ts): what is heard between two entries is heard by the table too.
test('[RESTRICT3] nobody commits a roster that holds somebody whose removal came directly', async () => {
  const { talk, said, grant, submitted, sitOf, tell, meeting, log, principal } = await seated();
  await grant();
  const seating = await sitOf(await testDelegate(meeting, 'alba-adviser'));
  const first = await submitted();
  if (!commitIn(first) || first.kind !== 'submit') throw new Error('a commit');
  // Their principal removes them; the host holds the removal back, and refuses the commit once.
  const act = await actOf(log.ledger.state, principal, { kind: 'remove', seating, reason: 'Recalled' });
  talk.said({ kind: 'restricted', act });
  await vi.waitUntil(
    () =>
      !talk
        .conversation()
        ?.others()
        .some((other) => other.seating.id === seating),
    WITHIN,
  );
  said.length = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    talk.said({ kind: 'refused', act: hash('act', first.act), code: 'host.not-synced', detail: '' });
    await vi.advanceTimersByTimeAsync(10_000);
  } finally {
    vi.useRealTimers();
  }
  // The next commit adds whoever sits after the removal, which the log holds by then.
  tell(await settle(log, act), []);
  const another = await sitOf(await testDelegate(meeting, 'borland-adviser'));
  const next = await vi.waitUntil(() => said.map(commitIn).find((one) => one !== null), WITHIN);
  expect(next.upTo).toBe(another);
});

test('[ADMIT6] a host’s word about another act does not tell a seated person that they were removed', async () => {
  const { talk, joined, submitted } = await seated();
  const commit = await submitted();
  if (commit.kind !== 'submit') throw new Error('a commit');
  talk.said({ kind: 'refused', act: hash('act', commit.act), code: 'admit.removed', detail: '' });
  expect(joined).not.toContain('ended');
  expect(talk.conversation()).not.toBeNull();
});
