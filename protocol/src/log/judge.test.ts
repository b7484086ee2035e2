import { describe, expect, test } from 'vitest';
import { type Bytes, hash, Refusal } from '../bytes/index.ts';
import {
  actOf,
  codeOf,
  enter,
  entryBytes,
  granted,
  nodeActOf,
  place,
  seat,
  seedOf,
  settle,
  sitAction,
  TEST_TIME,
  type TestDelegate,
  type TestLog,
  testDelegate,
  testKey,
  testLog,
  testMeeting,
} from '../testing/index.ts';
import { type Action, judgeDirect, seatingAt, stillEnds, verifyAct } from './index.ts';

const meeting = await testMeeting();
const [alba, borland] = meeting.delegations;
if (!alba || !borland) throw new Error('two delegations');
const principal = await testDelegate(meeting, 'alba-principal');
const adviser = await testDelegate(meeting, 'alba-adviser');
const counterpart = await testDelegate(meeting, 'borland-principal');

/** The code that an action of somebody meets at the door of a log. */
const meets = async (log: TestLog, who: TestDelegate, action: Action): Promise<string> => {
  const { state } = log.ledger;
  return codeOf(await enter(log.ledger, entryBytes(state, await actOf(state, who, action))));
};

/** A delegate with a mandate for a seat as somebody would wish it, at a device. */
const posing = async (wish: Partial<TestDelegate['seat']>, by = borland, device = 'poser'): Promise<TestDelegate> => {
  const key = await testKey(`device ${device}`);
  const seatOf = { ...counterpart.seat, ...wish };
  const chain = await by.mandate(seatOf, { meeting: meeting.id, device: key.publicKey });
  return { seat: seatOf, delegation: by, device: key, chain, mandate: hash('mandate', chain.mandate) };
};

describe('admission', () => {
  test('[ADMIT1] refuses a seat that is not agreed, or agreed otherwise', async () => {
    const log = testLog(meeting);
    const code = async (...given: Parameters<typeof posing>) => {
      const who = await posing(...given);
      return meets(log, who, sitAction(who, 'x'));
    };
    expect(await code({})).toBe('granted');
    expect(await code({ id: 'borland-observer' })).toBe('admit.not-agreed');
    expect(await code({ role: 'adviser' })).toBe('admit.not-agreed');
    expect(await code({ name: 'Borland 0ne' })).toBe('admit.not-agreed');
    expect(await code({ function: 'Head' })).toBe('admit.not-agreed');
  });

  test('[ADMIT1] a mandate of another delegation’s root does not open the seat', async () => {
    const who = await posing({}, alba);
    expect(await meets(testLog(meeting), who, sitAction(who, 'x'))).toBe('admit.not-agreed');
  });

  test('[ADMIT2] press has no seat at the table', async () => {
    const press = await testDelegate(meeting, 'press');
    expect(await meets(testLog(meeting), press, sitAction(press, 'x'))).toBe('admit.press');
  });

  test('[ADMIT3] a seat that is taken, a device that sits elsewhere', async () => {
    const log = testLog(meeting);
    await seat(log, principal);
    const second = await testDelegate(meeting, 'alba-principal', 'second device');
    expect(await meets(log, second, sitAction(second, 'x'))).toBe('admit.seat-taken');
    const moving = await testDelegate(meeting, 'alba-adviser', 'alba-principal');
    expect(await meets(log, moving, sitAction(moving, 'x'))).toBe('admit.device-seated');
  });

  test('[ADMIT3, ADMIT5] sitting anew ends the old seating; again before any commit, too', async () => {
    const log = testLog(meeting);
    const old = await seat(log, principal);
    const next = await seat(log, principal);
    const last = await seat(log, principal);
    expect([...log.ledger.state.seatings.keys()]).toEqual([last]);
    expect(log.ledger.state.ended).toBe(last);
    expect([old, next].map((id) => seatingAt(log.ledger.state, id)?.seat.id)).toEqual([
      'alba-principal',
      'alba-principal',
    ]);
  });

  test('[ADMIT3] a new mandate for the same device and seat ends the old seating as well', async () => {
    const log = testLog(meeting);
    await seat(log, principal);
    const chain = await alba.mandate(principal.seat, {
      meeting: meeting.id,
      device: principal.device.publicKey,
      until: TEST_TIME + 9_999_999,
    });
    const renewed = { ...principal, chain, mandate: hash('mandate', chain.mandate) };
    const id = await seat(log, renewed);
    expect([...log.ledger.state.seatings.keys()]).toEqual([id]);
    expect(await meets(log, principal, { kind: 'leave', seating: id })).toBe('act.unknown-actor');
  });

  test('[ADMIT4] refuses a frame key of small order', async () => {
    const log = testLog(meeting);
    const weak = new Uint8Array(32);
    expect(await meets(log, principal, { ...sitAction(principal, 'x'), frameKey: weak } as Action)).toBe(
      'admit.weak-key',
    );
  });

  test('[ADMIT4] refuses keys that anybody used before, even whoever has left', async () => {
    const log = testLog(meeting);
    const own = await seat(log, principal, 'first');
    const keys = { frameKey: seedOf('frame key first'), keyPackage: seedOf('key package first') };
    const reusing = async (who: TestDelegate, wish: Partial<typeof keys>) =>
      meets(log, who, { ...sitAction(who, 'x'), ...wish } as Action);
    for (const who of [counterpart, principal]) {
      expect(await reusing(who, { frameKey: keys.frameKey })).toBe('admit.key-reused');
      expect(await reusing(who, { keyPackage: keys.keyPackage })).toBe('admit.key-reused');
    }
    await settle(log, await actOf(log.ledger.state, principal, { kind: 'leave', seating: own }));
    expect(await reusing(principal, { frameKey: keys.frameKey })).toBe('admit.key-reused');
    expect(await reusing(principal, {})).toBe('granted');
  });

  test('[ADMIT5] a seating stands under the place of its entry, with its keys', async () => {
    const log = testLog(meeting);
    await seat(log, counterpart);
    const id = await seat(log, principal, 'mine');
    expect(log.ledger.state.seatings.get(id)).toMatchObject({
      id: 2,
      mandate: principal.mandate,
      device: principal.device.publicKey,
      frameKey: seedOf('frame key mine'),
      keyPackage: seedOf('key package mine'),
    });
  });
});

/** A log with Alba's principal and Borland's at the table, at epoch 1. */
const atTable = async () => {
  const log = testLog(meeting);
  const [a, b] = [await seat(log, principal), await seat(log, counterpart)];
  const found = (generation: number): Action => ({
    kind: 'found',
    circle: 'table',
    generation,
    authenticator: seedOf(`found ${generation}`),
  });
  const commit = (wish: Partial<Extract<Action, { kind: 'commit' }>> = {}): Action => ({
    kind: 'commit',
    circle: 'table',
    generation: 1,
    epoch: log.ledger.state.table?.epoch ?? 0,
    upTo: log.ledger.state.table?.upTo ?? 0,
    ended: log.ledger.state.ended,
    commit: seedOf('commit'),
    welcome: null,
    authenticator: seedOf(`epoch ${log.ledger.state.table?.epoch}`),
    ...wish,
  });
  const welcome: Bytes = seedOf('welcome');
  await settle(log, await actOf(log.ledger.state, principal, found(1)));
  await settle(log, await actOf(log.ledger.state, principal, commit({ upTo: b, welcome })));
  return { log, a, b, found, commit, welcome };
};

describe('circles', () => {
  test('[CIRCLE1] a seated device founds the table, once', async () => {
    const log = testLog(meeting);
    const own = await seat(log, principal);
    const found = (generation: number): Action => ({
      kind: 'found',
      circle: 'table',
      generation,
      authenticator: seedOf('a'),
    });
    const { state } = log.ledger;
    const byNode = await nodeActOf(state, alba, found(1));
    expect(codeOf(await enter(log.ledger, entryBytes(state, byNode)))).toBe('circle.not-member');
    expect(await meets(log, principal, found(0))).toBe('circle.generation');
    expect(await meets(log, principal, found(2))).toBe('circle.generation');
    await settle(log, await actOf(log.ledger.state, principal, found(1)));
    expect(log.ledger.state.table).toEqual({
      generation: 1,
      epoch: 0,
      upTo: own,
      authenticator: seedOf('a'),
      members: [own],
    });
    expect(await meets(log, principal, found(2))).toBe('circle.stands');
  });

  test('[CIRCLE1] when none of its members stands, the next generation is founded', async () => {
    const { log, a, b, found, commit } = await atTable();
    await settle(log, await actOf(log.ledger.state, counterpart, { kind: 'leave', seating: b }));
    expect(await meets(log, principal, found(2))).toBe('circle.stands');
    // Sitting anew ends the last member's seating: the new one is in no group.
    const again = await seat(log, principal);
    expect(again).toBeGreaterThan(a);
    expect(await meets(log, principal, commit())).toBe('circle.not-member');
    expect(await meets(log, principal, found(1))).toBe('circle.generation');
    await settle(log, await actOf(log.ledger.state, principal, found(2)));
    expect(log.ledger.state.table).toMatchObject({ generation: 2, epoch: 0, members: [again] });
    expect(await meets(log, principal, commit({ generation: 1, epoch: 1 }))).toBe('circle.generation');
  });

  test('[CIRCLE2] the first commit of an epoch is the only one, in its generation, by a member', async () => {
    const { log, commit } = await atTable();
    const first = commit();
    expect(await meets(log, principal, commit({ generation: 2 }))).toBe('circle.generation');
    expect(await meets(log, principal, commit({ epoch: 0 }))).toBe('circle.epoch');
    expect(await meets(log, principal, commit({ epoch: 2 }))).toBe('circle.epoch');
    await seat(log, adviser);
    expect(await meets(log, adviser, commit())).toBe('circle.not-member');
    const { state } = log.ledger;
    expect(codeOf(await enter(log.ledger, entryBytes(state, await nodeActOf(state, alba, commit()))))).toBe(
      'circle.not-member',
    );
    await settle(log, await actOf(log.ledger.state, counterpart, first));
    expect(await meets(log, principal, first)).toBe('circle.epoch');
  });

  test('[CIRCLE2] no commit before the table is founded', async () => {
    const { commit } = await atTable();
    const log = testLog(meeting);
    await seat(log, principal);
    expect(await meets(log, principal, commit())).toBe('circle.generation');
  });

  test('[CIRCLE3] a commit made before somebody left gives no new keys to who has left', async () => {
    const { log, b, commit } = await atTable();
    const made = commit();
    await place(log, await actOf(log.ledger.state, counterpart, { kind: 'leave', seating: b }));
    expect(await meets(log, principal, made)).toBe('circle.ended');
    expect(await meets(log, principal, commit({ ended: log.ledger.state.head.seq + 1 }))).toBe('circle.ended');
    expect(await meets(log, principal, commit())).toBe('granted');
  });

  test('[CIRCLE3] an admission that ended before it was enacted is not enacted any more', async () => {
    const { log, commit, welcome } = await atTable();
    const own = await seat(log, adviser);
    const adding = commit({ upTo: own, welcome });
    await place(log, await nodeActOf(log.ledger.state, alba, { kind: 'lost', seating: own }));
    expect(await meets(log, principal, adding)).toBe('circle.ended');
    expect(await meets(log, principal, commit({ upTo: own, welcome }))).toBe('circle.welcome');
  });

  test('[CIRCLE3] upTo never goes back, and never past what the committer saw', async () => {
    const { log, commit, welcome } = await atTable();
    const before = log.ledger.state.head;
    const own = await seat(log, adviser);
    expect(await meets(log, principal, commit({ upTo: 1 }))).toBe('circle.up-to');
    expect(await meets(log, principal, commit({ upTo: own + 1, welcome }))).toBe('circle.up-to');
    const unseen = await actOf(log.ledger.state, principal, commit({ upTo: own, welcome }), { saw: before });
    expect(codeOf(await enter(log.ledger, entryBytes(log.ledger.state, unseen)))).toBe('circle.up-to');
    expect(await meets(log, principal, commit({ upTo: own, welcome }))).toBe('granted');
  });

  test('[CIRCLE4] a Welcome for whoever is added, and for nobody else', async () => {
    const { log, commit, welcome } = await atTable();
    expect(await meets(log, principal, commit({ welcome }))).toBe('circle.welcome');
    const own = await seat(log, adviser);
    expect(await meets(log, principal, commit({ upTo: own }))).toBe('circle.welcome');
    expect(await meets(log, principal, commit({ upTo: own, welcome }))).toBe('granted');
    expect(await meets(log, principal, commit())).toBe('granted');
  });

  test('[CIRCLE5] a commit makes the next epoch, with its roster and authenticator', async () => {
    const { log, a, b, commit, welcome } = await atTable();
    const own = await seat(log, adviser);
    await settle(log, await actOf(log.ledger.state, counterpart, commit({ upTo: own, welcome })));
    expect(log.ledger.state.table).toEqual({
      generation: 1,
      epoch: 2,
      upTo: own,
      authenticator: seedOf('epoch 1'),
      members: [a, b, own],
    });
  });
});

describe('restrictions', () => {
  const removing = (seating: number): Action => ({ kind: 'remove', seating, reason: 'Recalled' });
  /** What an act ends that comes directly, or the code that it meets. */
  const ends = async (log: TestLog, given: Bytes) => {
    const { state } = log.ledger;
    const act = await verifyAct(state, given, TEST_TIME);
    const ended = act instanceof Refusal ? act : judgeDirect(state, act);
    return ended instanceof Refusal ? ended.code : ended;
  };

  test('[RESTRICT1] of whoever does not stand', async () => {
    const { log, a } = await atTable();
    const { seq } = log.ledger.state.head;
    expect(await meets(log, principal, { kind: 'leave', seating: seq + 1 })).toBe('restrict.not-seated');
    expect(await meets(log, principal, { kind: 'leave', seating: 0 })).toBe('restrict.not-seated');
    expect(await meets(log, principal, { kind: 'leave', seating: 3 })).toBe('restrict.not-seated');
    const again = await seat(log, principal);
    expect(await meets(log, principal, { kind: 'leave', seating: a })).toBe('restrict.not-seated');
    expect(await meets(log, principal, { kind: 'leave', seating: again })).toBe('granted');
  });

  test('[RESTRICT2] one leaves oneself, a principal removes its own, a node gives up its own', async () => {
    const { log, a, b } = await atTable();
    const c = await seat(log, adviser);
    const byNode = async (by: typeof alba, action: Action) => {
      const { state } = log.ledger;
      return codeOf(await enter(log.ledger, entryBytes(state, await nodeActOf(state, by, action))));
    };
    expect(await meets(log, principal, { kind: 'leave', seating: b })).toBe('restrict.not-yours');
    expect(await meets(log, principal, { kind: 'leave', seating: c })).toBe('restrict.not-yours');
    expect(await meets(log, principal, removing(c))).toBe('granted');
    expect(await meets(log, principal, removing(a))).toBe('granted');
    expect(await meets(log, principal, removing(b))).toBe('restrict.not-yours');
    expect(await meets(log, adviser, removing(a))).toBe('restrict.not-yours');
    expect(await meets(log, counterpart, removing(c))).toBe('restrict.not-yours');
    expect(await meets(log, principal, { kind: 'lost', seating: c })).toBe('restrict.not-yours');
    expect(await byNode(alba, { kind: 'lost', seating: c })).toBe('granted');
    expect(await byNode(borland, { kind: 'lost', seating: c })).toBe('restrict.not-yours');
    expect(await byNode(alba, { kind: 'lost', seating: b })).toBe('restrict.not-yours');
    expect(await byNode(alba, removing(c))).toBe('restrict.not-yours');
    expect(await byNode(alba, { kind: 'leave', seating: c })).toBe('restrict.not-yours');
  });

  test('[ACT4] [RESTRICT3] acts on receipt and in the log, whatever number it has, and uses none up', async () => {
    const { log, b } = await atTable();
    const c = await seat(log, adviser);
    const removal = await actOf(log.ledger.state, principal, removing(c), { n: Number.MAX_SAFE_INTEGER });
    expect(await ends(log, removal)).toEqual([c]);
    await settle(log, removal);
    expect(await meets(log, principal, sitAction(principal, 'next'))).toBe('granted');
    const leave = await actOf(log.ledger.state, counterpart, { kind: 'leave', seating: b }, { n: 0 });
    expect(await ends(log, leave)).toEqual([b]);
    expect(codeOf(await enter(log.ledger, entryBytes(log.ledger.state, leave)))).toBe('granted');
  });

  test('[ACT3] [RESTRICT3] a removal that the host held back stands after the principal who made it has left', async () => {
    const { log, a } = await atTable();
    const c = await seat(log, adviser);
    const removal = await actOf(log.ledger.state, principal, removing(c));
    await settle(log, await actOf(log.ledger.state, principal, { kind: 'leave', seating: a }));
    expect(await ends(log, removal)).toEqual([c]);
    expect(codeOf(await enter(log.ledger, entryBytes(log.ledger.state, removal)))).toBe('granted');
  });

  test('[ACT3] [RESTRICT1] a principal that has gone reaches whom it saw seated, and nobody else', async () => {
    const { log, a } = await atTable();
    const c = await seat(log, adviser);
    const before = log.ledger.state.head;
    const lost = await nodeActOf(log.ledger.state, alba, { kind: 'lost', seating: a });
    await settle(log, lost);
    expect(await ends(log, await actOf(log.ledger.state, principal, removing(c)))).toBe('act.unknown-actor');
    expect(await ends(log, await actOf(log.ledger.state, principal, removing(c), { saw: before }))).toEqual([c]);
    const anew = await seat(log, adviser);
    expect(await ends(log, await actOf(log.ledger.state, principal, removing(anew), { saw: before }))).toBe(
      'restrict.not-seated',
    );
    expect(await ends(log, await actOf(log.ledger.state, principal, removing(c), { saw: before }))).toEqual([anew]);
    // Seated again it acts again; what its earlier seating saw is still that one's.
    await seat(log, principal);
    expect(await ends(log, await actOf(log.ledger.state, principal, removing(anew)))).toEqual([anew]);
    expect(await ends(log, await actOf(log.ledger.state, principal, { kind: 'leave', seating: a }))).toBe(
      'restrict.not-seated',
    );
  });

  test('[ADMIT6] a mandate that was removed sits no more; one that left does', async () => {
    const { log, b } = await atTable();
    const c = await seat(log, adviser);
    await settle(log, await actOf(log.ledger.state, adviser, { kind: 'leave', seating: c }));
    const again = await seat(log, adviser);
    await settle(log, await actOf(log.ledger.state, principal, removing(again)));
    expect(await meets(log, adviser, sitAction(adviser, 'once more'))).toBe('admit.removed');
    const other = await testKey('another device');
    const chain = await alba.mandate(adviser.seat, { meeting: meeting.id, device: other.publicKey });
    const renewed = { ...adviser, device: other, chain, mandate: hash('mandate', chain.mandate) };
    expect(await meets(log, renewed, sitAction(renewed, 'renewed'))).toBe('granted');
    expect(await meets(log, counterpart, { kind: 'leave', seating: b })).toBe('granted');
  });

  test('[RESTRICT1] [RESTRICT3] a removal that the host holds back is not washed away by sitting anew', async () => {
    const { log } = await atTable();
    const c = await seat(log, adviser);
    const held = granted(
      await verifyAct(log.ledger.state, await actOf(log.ledger.state, principal, removing(c)), TEST_TIME),
    );
    const anew = await seat(log, adviser);
    expect(stillEnds(log.ledger.state, held)).toEqual([anew]);
    await settle(log, await actOf(log.ledger.state, adviser, { kind: 'leave', seating: anew }));
    expect(stillEnds(log.ledger.state, held)).toEqual([]);
    const back = await seat(log, adviser);
    expect(stillEnds(log.ledger.state, held)).toEqual([back]);
    await settle(log, held.bytes);
    expect(log.ledger.state.seatings.has(back)).toBe(false);
    expect(stillEnds(log.ledger.state, held)).toBeNull();
  });

  test('[ACT5] [RESTRICT3] what saw another log does not act, since it could never be ordered', async () => {
    const { log, b } = await atTable();
    const saw = { seq: log.ledger.state.head.seq, head: seedOf('another log') };
    const act = await actOf(log.ledger.state, counterpart, { kind: 'leave', seating: b }, { saw });
    expect(await ends(log, act)).toBe('act.fork');
  });

  test('[RESTRICT3] nothing else acts so, and nobody else’s word does', async () => {
    const { log, a, b, commit } = await atTable();
    const { state } = log.ledger;
    const direct = async (who: TestDelegate, action: Action) => {
      const verified = await verifyAct(state, await actOf(state, who, action), TEST_TIME);
      return codeOf('code' in verified ? verified : judgeDirect(state, verified));
    };
    expect(await direct(adviser, sitAction(adviser, 'x'))).toBe('restrict.not-direct');
    expect(await direct(principal, commit())).toBe('restrict.not-direct');
    expect(await direct(principal, { kind: 'remove', seating: b, reason: 'x' })).toBe('restrict.not-yours');
    expect(await direct(principal, { kind: 'leave', seating: 99 })).toBe('restrict.not-seated');
    expect(await direct({ ...principal, device: counterpart.device }, { kind: 'leave', seating: a })).toBe(
      'act.forged',
    );
    expect(await direct(adviser, { kind: 'leave', seating: a })).toBe('act.unknown-actor');
  });
});
