import { describe, expect, test } from 'vitest';
import { type Bytes, hash, toHex } from '../bytes/index.ts';
import {
  actOf,
  codeOf,
  enter,
  entryBytes,
  granted,
  nodeActOf,
  seat,
  seedOf,
  settle,
  sitAction,
  type TestDelegate,
  type TestDelegation,
  type TestLog,
  testDelegate,
  testKey,
  testLog,
  testMeeting,
} from '../testing/index.ts';
import { type Action, chairOf, isLetIn, judgeDirect, type Knock, stillEnds, verifyAct } from './index.ts';

const meeting = await testMeeting();
const [alba, borland] = meeting.delegations;
if (!alba || !borland) throw new Error('two delegations');
const [head, adviser, counterpart, second] = await Promise.all([
  testDelegate(meeting, 'alba-principal'),
  testDelegate(meeting, 'alba-adviser'),
  testDelegate(meeting, 'borland-principal'),
  testDelegate(meeting, 'borland-adviser'),
]);

/** Somebody whom the call sheet does not name, with a mandate of a delegation. */
const guest = async (
  wish: Partial<TestDelegate['seat']> = {},
  by: TestDelegation = borland,
  device = 'guest',
): Promise<TestDelegate> => {
  const seatOf = { ...second.seat, id: 'expert', name: 'Eva Expert', function: 'Hydrologist', ...wish };
  const key = await testKey(`device ${device}`);
  const chain = await by.mandate({ ...seatOf, root: by.id }, { meeting: meeting.id, device: key.publicKey });
  return { seat: seatOf, delegation: by, device: key, chain, mandate: hash('mandate', chain.mandate) };
};

const meets = async (log: TestLog, who: TestDelegate, action: Action): Promise<string> => {
  const { state } = log.ledger;
  return codeOf(await enter(log.ledger, entryBytes(state, await actOf(state, who, action))));
};
const does = async (log: TestLog, who: TestDelegate, action: Action): Promise<number> => {
  const { entry } = await settle(log, await actOf(log.ledger.state, who, action));
  return entry.seq;
};
const knockAction = (who: TestDelegate): Action => ({ kind: 'knock', chain: who.chain });
const chairs = (log: TestLog) => [alba, borland].map(({ id }) => chairOf(log.ledger.state, toHex(id)));

/** Both principals, each the chair of its delegation. */
const chaired = async (): Promise<{ log: TestLog; a: number; b: number }> => {
  const log = testLog(meeting);
  return { log, a: await seat(log, head), b: await seat(log, counterpart) };
};

/** Alba's principal as the table, then whoever sits: the newest commit has keyed them all. */
const keyTable = async (log: TestLog): Promise<void> => {
  const { table } = log.ledger.state;
  const circle = 'table' as const;
  const authenticator = seedOf(`authenticator ${log.entries.length}`);
  if (!table) await does(log, head, { kind: 'found', circle, generation: 1, authenticator });
  const { state } = log.ledger;
  const made = { circle, generation: 1, epoch: state.table?.epoch ?? 0, upTo: state.head.seq, ended: state.ended };
  const welcome = seedOf('welcome');
  await does(log, head, { kind: 'commit', ...made, commit: seedOf('commit'), welcome, authenticator });
};

describe('chairs', () => {
  test('[CHAIR1] the first seat of each delegation, press aside, decides; nobody else of it does', async () => {
    const { log, a } = await chaired();
    const next = await seat(log, adviser);
    expect(chairs(log)).toEqual(['alba-principal', 'borland-principal']);
    expect(await meets(log, adviser, { kind: 'remove', seating: a, reason: 'coup' })).toBe('restrict.not-yours');
    expect(await meets(log, head, { kind: 'remove', seating: next, reason: 'recalled' })).toBe('granted');
    expect(await meets(log, counterpart, { kind: 'remove', seating: next, reason: 'r' })).toBe('restrict.not-yours');
    expect(await meets(log, adviser, { kind: 'close', agreed: true })).toBe('chair.not-chair');
    const node = await nodeActOf(log.ledger.state, alba, { kind: 'close', agreed: true });
    expect(codeOf(await enter(log.ledger, entryBytes(log.ledger.state, node)))).toBe('chair.not-chair');
  });

  test('[CHAIR2] a chair hands over within its delegation, and decides no more', async () => {
    const { log, a, b } = await chaired();
    const next = await seat(log, adviser);
    for (const seating of [a, b, next + 9])
      expect(await meets(log, head, { kind: 'hand', seating })).toBe('chair.not-seated');
    expect(await meets(log, adviser, { kind: 'hand', seating: a })).toBe('chair.not-chair');
    await does(log, head, { kind: 'hand', seating: next });
    expect(chairs(log)).toEqual(['alba-adviser', 'borland-principal']);
    expect(await meets(log, head, { kind: 'remove', seating: next, reason: 'back' })).toBe('restrict.not-yours');
    expect(await meets(log, adviser, { kind: 'remove', seating: a, reason: 'r' })).toBe('granted');
  });

  test('[CHAIR2, ACT3] what a chair took away before it handed over stands, whenever it comes', async () => {
    const { log } = await chaired();
    const next = await seat(log, adviser);
    const before = await actOf(log.ledger.state, head, { kind: 'remove', seating: next, reason: 'recalled' });
    await does(log, head, { kind: 'hand', seating: next });
    expect(codeOf(await enter(log.ledger, entryBytes(log.ledger.state, before)))).toBe('granted');
  });

  test('[CHAIR3] the next in the sheet takes the chair while nobody sits in it, and keeps it', async () => {
    const { log, a } = await chaired();
    await seat(log, adviser);
    expect(await meets(log, adviser, { kind: 'preside' })).toBe('chair.present');
    await settle(log, await nodeActOf(log.ledger.state, alba, { kind: 'lost', seating: a }));
    expect(await meets(log, counterpart, { kind: 'preside' })).toBe('chair.present');
    await does(log, adviser, { kind: 'preside' });
    await seat(log, head);
    expect(chairs(log)).toEqual(['alba-adviser', 'borland-principal']);
    expect(await meets(log, head, { kind: 'preside' })).toBe('chair.present');
  });

  test('[CHAIR3] whoever is not the next, or was only let in, does not', async () => {
    const three = await testMeeting(['Alba', 'Borland', 'Corvia']);
    const log = testLog(three);
    const late = await testDelegate(three, 'alba-adviser');
    const first = await testDelegate(three, 'alba-principal');
    const a = await seat(log, first);
    const next = await seat(log, late);
    await does(log, first, { kind: 'hand', seating: next });
    await settle(log, await actOf(log.ledger.state, late, { kind: 'leave', seating: next }));
    expect(await meets(log, first, { kind: 'preside' })).toBe('granted');
    await settle(log, await actOf(log.ledger.state, first, { kind: 'leave', seating: a }));
    expect(await meets(log, first, { kind: 'preside' })).toBe('act.unknown-actor');
  });
});

describe('whom the sheet does not name', () => {
  const knocked = async () => {
    const { log, ...seatings } = await chaired();
    const who = await guest();
    const knock = await does(log, who, knockAction(who));
    return { log, who, knock, ...seatings };
  };
  const letIn = async () => {
    const all = await knocked();
    for (const chair of [head, counterpart]) await does(all.log, chair, { kind: 'allow', knock: all.knock });
    return all;
  };
  const knockOf = (log: TestLog, id: number): Knock | undefined => log.ledger.state.knocks.get(id);

  test('[KNOCK1] what is the sheet’s, press, a seat that is taken, one knock twice', async () => {
    const { log, who } = await knocked();
    expect(await meets(log, second, knockAction(second))).toBe('knock.agreed');
    const posing = await guest({ id: 'borland-adviser', name: 'Somebody else' });
    expect(await meets(log, posing, knockAction(posing))).toBe('admit.not-agreed');
    const press = await guest({ id: 'gazette', role: 'press' });
    expect(await meets(log, press, knockAction(press))).toBe('admit.press');
    const other = await guest({}, alba, 'other');
    expect(await meets(log, other, knockAction(other))).toBe('admit.seat-taken');
    expect(await meets(log, who, knockAction(who))).toBe('knock.stands');
  });

  test('[KNOCK1] another mandate for the same seat takes the place of the first, with no yes', async () => {
    const { log, knock } = await knocked();
    await does(log, head, { kind: 'allow', knock });
    const again = await guest({}, borland, 'another device');
    const newer = await does(log, again, knockAction(again));
    expect(knockOf(log, knock)).toBeUndefined();
    expect(knockOf(log, newer)?.allowed.size).toBe(0);
  });

  test('[KNOCK1] eight of a delegation stand at once', async () => {
    const { log } = await knocked();
    const more = await Promise.all(
      Array.from({ length: 8 }, (_, n) => guest({ id: `expert-${n}` }, borland, `expert ${n}`)),
    );
    const last = more.pop();
    for (const who of more) await does(log, who, knockAction(who));
    expect(last && (await meets(log, last, knockAction(last)))).toBe('knock.too-many');
    const other = await guest({ id: 'alba-expert' }, alba, 'alba');
    expect(await meets(log, other, knockAction(other))).toBe('granted');
  });

  test('[KNOCK2, KNOCK3] nobody comes in before every chair has said yes', async () => {
    const { log, who, knock } = await knocked();
    expect(await meets(log, who, sitAction(who, 'x'))).toBe('admit.not-agreed');
    await seat(log, second);
    expect(await meets(log, second, { kind: 'allow', knock })).toBe('chair.not-chair');
    expect(await meets(log, head, { kind: 'allow', knock: knock + 7 })).toBe('knock.unknown');
    await does(log, head, { kind: 'allow', knock });
    expect(await meets(log, head, { kind: 'allow', knock })).toBe('knock.answered');
    expect(await meets(log, who, sitAction(who, 'x'))).toBe('admit.not-agreed');
    await does(log, counterpart, { kind: 'allow', knock });
    expect(await meets(log, who, sitAction(who, 'x'))).toBe('granted');
    const posing = await guest({}, borland, 'another device');
    expect(await meets(log, posing, sitAction(posing, 'x'))).toBe('admit.not-agreed');
  });

  test('[KNOCK3] a delegation whose people are not there is waited for', async () => {
    const log = testLog(meeting);
    await seat(log, head);
    const who = await guest({}, alba);
    const knock = await does(log, who, knockAction(who));
    await does(log, head, { kind: 'allow', knock });
    const stands = knockOf(log, knock);
    expect(stands && isLetIn(log.ledger.state, stands)).toBe(false);
    expect(await meets(log, who, sitAction(who, 'x'))).toBe('admit.not-agreed');
  });

  test('[KNOCK3] whoever was let in sits anew without knocking anew', async () => {
    const { log, who } = await letIn();
    const id = await seat(log, who);
    await settle(log, await nodeActOf(log.ledger.state, borland, { kind: 'lost', seating: id }));
    expect(await meets(log, who, sitAction(who, 'x'))).toBe('granted');
  });

  test('[KNOCK4] a no ends it, before the yes of the others, after it, and after they sat', async () => {
    for (const state of ['knocked', 'let in', 'seated'] as const) {
      const { log, who, knock } = state === 'knocked' ? await knocked() : await letIn();
      const id = state === 'seated' ? await seat(log, who) : null;
      await does(log, head, { kind: 'deny', knock, reason: 'Not today' });
      expect(knockOf(log, knock)).toBeUndefined();
      expect(id !== null && log.ledger.state.seatings.has(id)).toBe(false);
      expect(await meets(log, who, sitAction(who, 'x'))).toBe('admit.not-agreed');
      expect(await meets(log, who, knockAction(who))).toBe('granted');
    }
  });

  test('[KNOCK4] once a chair saw the key given, its no comes too late; a no that was said before does not', async () => {
    const { log, who, knock } = await letIn();
    await seat(log, who);
    const deny = { kind: 'deny', knock, reason: 'No' } as const;
    const before: Bytes = await actOf(log.ledger.state, head, deny);
    await keyTable(log);
    expect(await meets(log, head, deny)).toBe('knock.keyed');
    expect(codeOf(await enter(log.ledger, entryBytes(log.ledger.state, before)))).toBe('granted');
    expect(await meets(log, second, deny)).toBe('act.unknown-actor');
  });

  test('[KNOCK4, RESTRICT3] a no acts on receipt: whoever sits after it is ended, until the log holds it', async () => {
    const { log, who, knock } = await letIn();
    const { state } = log.ledger;
    const act = granted(
      await verifyAct(state, await actOf(state, head, { kind: 'deny', knock, reason: 'No' }), log.now),
    );
    expect(judgeDirect(state, act)).toEqual([knock]);
    const id = await seat(log, who);
    expect(stillEnds(log.ledger.state, act)).toEqual([knock, id]);
    await settle(log, act.bytes);
    expect(stillEnds(log.ledger.state, act)).toBeNull();
  });

  test('[KNOCK5] who was let in and leaves knocks anew', async () => {
    const { log, who, knock } = await letIn();
    const id = await seat(log, who);
    await does(log, who, { kind: 'leave', seating: id });
    expect(knockOf(log, knock)).toBeUndefined();
    expect(await meets(log, who, sitAction(who, 'x'))).toBe('admit.not-agreed');
    expect(await meets(log, who, knockAction(who))).toBe('granted');
  });

  test('[KNOCK5] who was let in and removed knocks no more under that mandate', async () => {
    const { log, who, knock } = await letIn();
    const id = await seat(log, who);
    await does(log, counterpart, { kind: 'remove', seating: id, reason: 'r' });
    expect(knockOf(log, knock)).toBeUndefined();
    expect(await meets(log, who, knockAction(who))).toBe('admit.removed');
    const renewed = await guest({}, borland, 'renewed');
    expect(await meets(log, renewed, knockAction(renewed))).toBe('granted');
  });

  test('[RESTRICT1] a knock whose device is gone ends, by its own node, until it is let in', async () => {
    const { log, knock } = await knocked();
    const lost = async (by: TestDelegation) =>
      entryBytes(log.ledger.state, await nodeActOf(log.ledger.state, by, { kind: 'lost', seating: knock }));
    expect(codeOf(await enter(log.ledger, await lost(alba)))).toBe('restrict.not-yours');
    expect(codeOf(await enter(log.ledger, await lost(borland)))).toBe('granted');
    const { log: other, knock: allowed } = await letIn();
    const late = await nodeActOf(other.ledger.state, borland, { kind: 'lost', seating: allowed });
    expect(codeOf(await enter(other.ledger, entryBytes(other.ledger.state, late)))).toBe('restrict.not-seated');
  });

  test('[CHAIR2, CHAIR3] who was let in is handed no chair, and takes none', async () => {
    const { log, who, b } = await letIn();
    const id = await seat(log, who);
    expect(await meets(log, counterpart, { kind: 'hand', seating: id })).toBe('chair.not-seated');
    await settle(log, await actOf(log.ledger.state, counterpart, { kind: 'leave', seating: b }));
    expect(await meets(log, who, { kind: 'preside' })).toBe('chair.not-next');
  });
});

describe('the end', () => {
  const open = (log: TestLog) => log.ledger.state.closed === 0;

  test('[CLOSE1, CLOSE2] when all chairs have agreed, everybody is out and nothing follows', async () => {
    const { log } = await chaired();
    await does(log, head, { kind: 'close', agreed: true });
    expect(open(log)).toBe(true);
    const last = await does(log, counterpart, { kind: 'close', agreed: true });
    expect(log.ledger.state).toMatchObject({ closed: last, seatings: new Map(), knocks: new Map() });
    expect(log.ledger.state.ended).toBe(last);
    expect(await meets(log, second, sitAction(second, 'x'))).toBe('close.ended');
    expect(await meets(log, head, { kind: 'close', agreed: false })).toBe('act.unknown-actor');
  });

  test('[CLOSE1] a chair takes it back until then', async () => {
    const { log } = await chaired();
    await does(log, head, { kind: 'close', agreed: true });
    await does(log, head, { kind: 'close', agreed: false });
    await does(log, counterpart, { kind: 'close', agreed: true });
    expect(open(log)).toBe(true);
  });

  test('[CLOSE1] when every delegation has left; not while one has lost its line, or never came', async () => {
    const { log, a, b } = await chaired();
    await does(log, counterpart, { kind: 'leave', seating: b });
    expect(open(log)).toBe(true);
    await does(log, head, { kind: 'leave', seating: a });
    expect(open(log)).toBe(false);

    const lost = await chaired();
    await settle(lost.log, await nodeActOf(lost.log.ledger.state, borland, { kind: 'lost', seating: lost.b }));
    await does(lost.log, head, { kind: 'leave', seating: lost.a });
    expect(open(lost.log)).toBe(true);

    const alone = testLog(meeting);
    await does(alone, head, { kind: 'leave', seating: await seat(alone, head) });
    expect(open(alone)).toBe(true);
  });

  test('[CLOSE1] whoever comes back is not done; one who stays keeps its delegation', async () => {
    const { log, a, b } = await chaired();
    const stays = await seat(log, adviser);
    await does(log, head, { kind: 'leave', seating: a });
    await does(log, counterpart, { kind: 'leave', seating: b });
    expect(open(log)).toBe(true);
    const again = await seat(log, counterpart);
    await does(log, adviser, { kind: 'leave', seating: stays });
    expect(open(log)).toBe(true);
    await does(log, counterpart, { kind: 'leave', seating: again });
    expect(open(log)).toBe(false);
  });
});

test('[ADMIT3] another device of the same seat takes over where it says so; ended visibly', async () => {
  const { log, a } = await chaired();
  const laptop = await testDelegate(meeting, 'alba-principal', 'second device');
  expect(await meets(log, laptop, sitAction(laptop, 'x'))).toBe('admit.seat-taken');
  const id = await does(log, laptop, { ...sitAction(laptop, 'y'), takesOver: true } as Action);
  expect(log.ledger.state.seatings.has(a)).toBe(false);
  expect(log.ledger.state.seatings.get(id)?.device).toEqual(laptop.device.publicKey);
  const moving = await testDelegate(meeting, 'alba-adviser', 'second device');
  const taking = { ...sitAction(moving, 'z'), takesOver: true } as Action;
  expect(await meets(log, moving, taking)).toBe('admit.device-seated');
});
