import { describe, expect, test } from 'vitest';
import { encode, hash, sign } from '../bytes/index.ts';
import {
  actOf,
  agree,
  codeOf,
  type EntryWish,
  enter,
  entryBytes,
  granted,
  place,
  seat,
  settle,
  sitAction,
  TEST_TIME,
  testDelegate,
  testLog,
  testMeeting,
} from '../testing/index.ts';
import {
  acts,
  append,
  countersign,
  headAt,
  judgeSigning,
  judgeTime,
  openEntry,
  openLedger,
  placeAct,
  proveEquivocation,
  take,
  verifyCountersignature,
} from './index.ts';

const DAY = 86_400_000;
const meeting = await testMeeting();
const three = await testMeeting(['Alba', 'Borland', 'Corvia']);
const [alba, borland] = meeting.delegations;
if (!alba || !borland) throw new Error('two delegations');
const principal = await testDelegate(meeting, 'alba-principal');
const counterpart = await testDelegate(meeting, 'borland-principal');

/** A log in which Alba's principal is about to sit, with the code that an entry with such a wish meets. */
const knocking = async () => {
  const log = testLog(meeting);
  await seat(log, counterpart);
  const { ledger } = log;
  const act = await actOf(ledger.state, principal, sitAction(principal, `${ledger.state.head.seq}`));
  const code = async (wish: EntryWish) =>
    codeOf(await enter(ledger, entryBytes(ledger.state, act, { time: log.now, ...wish })));
  return { log, ledger, act, code };
};

describe('an entry', () => {
  test('[LOG1] is named by the hash of its bytes, and the call sheet stands at 0', async () => {
    const { ledger, act } = await knocking();
    const { bytes, head } = placeAct(ledger.state, act, TEST_TIME + 9_000);
    expect(head).toEqual(hash('entry', bytes));
    expect(openEntry(bytes)).toMatchObject({ seq: 2, prev: ledger.state.head.head });
    expect(openLedger(meeting.sheet).state.head).toEqual({ seq: 0, head: meeting.sheet.hash });
  });

  test('[LOG1, BYTES4] refuses another version or shape', async () => {
    const { code } = await knocking();
    expect(await code({})).toBe('granted');
    for (const wish of [{ v: 0 }, { v: 2 }, { act: new Uint8Array(12_481) }, { prev: new Uint8Array(31) }])
      expect(await code(wish)).toBe('bytes.malformed');
  });

  test('[LOG2] refuses another meeting’s', async () => {
    expect(await (await knocking()).code({ meeting: new Uint8Array(16) })).toBe('log.meeting');
  });

  test('[LOG2] refuses a gap', async () => {
    const { code } = await knocking();
    expect(await code({ seq: 3 })).toBe('log.gap');
    expect(await code({ seq: Number.MAX_SAFE_INTEGER })).toBe('log.gap');
  });

  test('[LOG2] tells a replay from a fork at a place that is taken', async () => {
    const { log, ledger, code } = await knocking();
    const [held] = log.entries;
    expect(codeOf(await enter(ledger, held?.entry.bytes ?? new Uint8Array()))).toBe('log.replay');
    expect(await code({ seq: 1 })).toBe('log.fork');
    expect(await code({ seq: 0 })).toBe('log.fork');
  });

  test('[LOG2] refuses an entry after another head', async () => {
    expect(await (await knocking()).code({ prev: meeting.sheet.hash })).toBe('log.fork');
  });

  test('[LOG2] refuses time that goes back, and takes time that stands still', async () => {
    const { code, log } = await knocking();
    expect(await code({ time: log.now - 1 })).toBe('log.time');
    expect(await code({ time: log.now })).toBe('granted');
  });

  test('[LOG3] refuses an entry at a time when an issuing key of the sheet is not valid', async () => {
    const { code } = await knocking();
    expect(await code({ time: TEST_TIME + 30 * DAY })).toBe('log.expired');
    const fresh = openLedger(meeting.sheet);
    const act = await actOf(fresh.state, principal, sitAction(principal, 'early'));
    const early = entryBytes(fresh.state, act, { time: TEST_TIME - 30 * DAY - 1 });
    expect(codeOf(await enter(fresh, early))).toBe('log.expired');
  });

  test('[LOG4] is judged at its own time, whatever the time is now', async () => {
    const { code } = await knocking();
    expect(await code({ time: TEST_TIME + DAY - 1 })).toBe('granted');
    expect(await code({ time: TEST_TIME + DAY })).toBe('identity.mandate-expired');
  });

  test('[LOG4] leaves the ledger before it as it was', async () => {
    const { ledger, act } = await knocking();
    const one = granted(await enter(ledger, entryBytes(ledger.state, act, { time: TEST_TIME + 5_000 })));
    const other = granted(await enter(ledger, entryBytes(ledger.state, act, { time: TEST_TIME + 6_000 })));
    expect(ledger.state.head.seq).toBe(1);
    expect(ledger.state.seatings.size).toBe(1);
    expect(one.state.head).not.toEqual(other.state.head);
    expect(headAt(one.state, 2)).toEqual(one.state.head.head);
    expect(headAt(other.state, 2)).toEqual(other.state.head.head);
    expect(headAt(ledger.state, 2)).toBeUndefined();
    const again = granted(await enter(ledger, entryBytes(ledger.state, act, { time: TEST_TIME + 5_000 })));
    expect(again.state.head).toEqual(one.state.head);
  });
});

describe('a countersignature', () => {
  const words = async () => {
    const { log, ledger, act } = await knocking();
    const entry = placeAct(ledger.state, act, log.now);
    const { meeting: id, seq, head, time } = entry;
    const body = { v: 1, meeting: id, seq, head, time, serial: 3 };
    const made = async (
      wish: { [field: string]: number | Uint8Array },
      by = borland,
      root = by.id,
      purpose: 'countersignature' | 'act' = 'countersignature',
    ) => {
      const message = encode({ ...body, ...wish });
      return encode({ body: message, root, sig: await sign(by.issuing, purpose, message) });
    };
    const code = async (...given: Parameters<typeof made>) =>
      codeOf(await verifyCountersignature(meeting.sheet, await made(...given)));
    return { log, ledger, entry, made, code };
  };

  test('[LOG5] is a node’s word for an entry, with its serial', async () => {
    const { entry } = await words();
    const given = await countersign({ root: borland.id, signer: borland.issuing, serial: 3 }, entry);
    expect(await verifyCountersignature(meeting.sheet, given)).toMatchObject({
      seq: 2,
      head: entry.head,
      time: entry.time,
      serial: 3,
    });
  });

  test('[LOG5] refuses a stranger’s, another’s, one for another meeting or purpose', async () => {
    const { code } = await words();
    const [, , stranger] = three.delegations;
    if (!stranger) throw new Error('three delegations');
    expect(await code({})).toBe('granted');
    expect(await code({}, stranger)).toBe('log.countersignature');
    expect(await code({}, alba, borland.id)).toBe('log.countersignature');
    expect(await code({ meeting: new Uint8Array(16) })).toBe('log.countersignature');
    expect(await code({}, borland, borland.id, 'act')).toBe('log.countersignature');
  });

  test('[LOG5, BYTES4] refuses another version, shape or size', async () => {
    const { code } = await words();
    for (const wish of [{ v: 0 }, { v: 2 }, { also: 1 }]) expect(await code(wish)).toBe('bytes.malformed');
    expect(codeOf(await verifyCountersignature(meeting.sheet, new Uint8Array(513)))).toBe('bytes.too-long');
  });

  test('[LOG6] of a place not held yet waits; of another head stops everything; with another time is none', async () => {
    const { log, ledger, made } = await words();
    const given = async (wish: { [field: string]: number | Uint8Array }, to = ledger) =>
      codeOf(take(to, granted(await verifyCountersignature(meeting.sheet, await made(wish)))));
    expect(await given({})).toBe('log.ahead');
    expect(await given({ seq: 1 })).toBe('log.fork');
    expect(await given({ seq: 1, head: ledger.state.head.head, time: log.now - 1 })).toBe('log.countersignature');
    expect(await given({ seq: 1, head: ledger.state.head.head, time: log.now })).toBe('granted');
    expect(await given({ seq: 0 })).toBe('log.fork');
  });

  test('[LOG6] older than the newest has no effect, but a fork in it is found', async () => {
    const log = testLog(meeting);
    await seat(log, counterpart);
    await seat(log, principal);
    const [first] = log.countersignatures;
    if (!first) throw new Error('none');
    expect(take(log.ledger, first)).toBe(log.ledger);
    expect(codeOf(take(log.ledger, { ...first, head: meeting.sheet.hash }))).toBe('log.fork');
  });

  test('[LOG9] only of what the host countersigned, and not of a time that is off by more than two minutes', async () => {
    const log = testLog(meeting);
    const verified = await place(log, await actOf(log.ledger.state, principal, sitAction(principal, 'skewed')));
    const { entry } = verified;
    expect(codeOf(judgeSigning(log.ledger, entry, entry.time))).toBe('log.not-ordered');
    await agree(log, verified, [borland]);
    expect(codeOf(judgeSigning(log.ledger, entry, entry.time))).toBe('log.not-ordered');
    await agree(log, verified, [alba]);
    for (const [skew, code] of [
      [120_000, 'granted'],
      [-120_000, 'granted'],
      [120_001, 'log.skew'],
      [-120_001, 'log.skew'],
    ] as const) {
      expect(codeOf(judgeSigning(log.ledger, entry, entry.time + skew))).toBe(code);
      expect(codeOf(judgeTime(entry, entry.time + skew))).toBe(code);
    }
  });

  test('[LOG10] two heads at one place under one key are a proof that anyone can check', async () => {
    const { entry, made } = await words();
    const proof = await proveEquivocation(
      meeting.sheet,
      await made({}, alba),
      await made({ head: meeting.sheet.hash }, alba),
    );
    expect(proof).toMatchObject({ seq: entry.seq });
  });

  test('[LOG10] refuses what is no proof', async () => {
    const { made } = await words();
    const other = { head: meeting.sheet.hash };
    const code = async (first: Uint8Array<ArrayBuffer>, second: Uint8Array<ArrayBuffer>) =>
      codeOf(await proveEquivocation(meeting.sheet, first, second));
    expect(await code(await made({}), await made({ serial: 4 }))).toBe('log.no-equivocation');
    expect(await code(await made({}, alba), await made(other, borland))).toBe('log.no-equivocation');
    expect(await code(await made({}), await made({ ...other, seq: 3 }))).toBe('log.no-equivocation');
    expect(await code(await made({}), await made(other, alba, borland.id))).toBe('log.countersignature');
    expect(await code(await made(other, alba, borland.id), await made({}))).toBe('log.countersignature');
  });
});

const people = await Promise.all(
  ['alba-principal', 'borland-principal', 'corvia-principal'].map((id) => testDelegate(three, id)),
);

describe('settling', () => {
  const [a, b, c] = three.delegations;
  if (!a || !b || !c) throw new Error('three delegations');
  const [pa, pb, pc] = people;
  if (!pa || !pb || !pc) throw new Error('three people');
  const sitting = (log: ReturnType<typeof testLog>, who: typeof pa) =>
    actOf(log.ledger.state, who, sitAction(who, `${who.seat.id} ${log.now}`));

  test('[LOG7] an entry needs the host, the actor’s delegation, and whoever is seated', async () => {
    const log = testLog(three);
    const first = await place(log, await sitting(log, pb));
    await agree(log, first, [b]);
    expect(log.ledger.settled.head.seq).toBe(0);
    await agree(log, first, [a]);
    expect(log.ledger.settled.head.seq).toBe(1);
    const second = await place(log, await sitting(log, pc));
    await agree(log, second, [a, c]);
    expect(log.ledger.settled.head.seq).toBe(1);
    await agree(log, second, [b]);
    expect(log.ledger.settled.head.seq).toBe(2);
  });

  test('[LOG7] nothing settles before what stands before it; one word covers all before', async () => {
    const log = testLog(three);
    await place(log, await sitting(log, pb));
    const second = await place(log, await sitting(log, pa));
    await agree(log, second, [a]);
    expect(log.ledger.settled.head.seq).toBe(0);
    await agree(log, second, [b]);
    expect(log.ledger.settled.head.seq).toBe(2);
  });

  test('[LOG7] a delegation that has left cannot block, but the host can', async () => {
    const log = testLog(three);
    for (const who of [pa, pb, pc]) await seat(log, who);
    const seating = [...log.ledger.state.seatings.keys()];
    const [sa, sb] = [seating[0] ?? 0, seating[1] ?? 0];
    // Corvia's principal sits anew; Borland will not countersign, and leaves.
    const anew = await place(log, await sitting(log, pc));
    await agree(log, anew, [a, c]);
    expect(log.ledger.settled.head.seq).toBe(3);
    const left = await place(log, await actOf(log.ledger.state, pb, { kind: 'leave', seating: sb }));
    await agree(log, left, [a, c]);
    expect(log.ledger.settled.head.seq).toBe(5);
    const hostLeft = await place(log, await actOf(log.ledger.state, pa, { kind: 'leave', seating: sa }));
    await agree(log, hostLeft, [c]);
    expect(log.ledger.settled.head.seq).toBe(5);
    await agree(log, hostLeft, [a]);
    expect(log.ledger.settled.head.seq).toBe(6);
  });

  test('[LOG8] what takes away, and a commit that adds nobody, act when ordered; what gives acts when settled', async () => {
    const log = testLog(three);
    const [sa, sb] = [await seat(log, pa), await seat(log, pb)];
    const { state } = log.ledger;
    const founding = await place(
      log,
      await actOf(state, pa, { kind: 'found', circle: 'table', generation: 1, authenticator: state.head.head }),
    );
    expect(acts(log.ledger, founding)).toBe(false);
    await agree(log, founding);
    expect(acts(log.ledger, founding)).toBe(true);
    const hashes = { commit: state.head.head, authenticator: state.head.head };
    const name = { kind: 'commit', circle: 'table', generation: 1, ...hashes } as const;
    const adding = await place(
      log,
      await actOf(log.ledger.state, pa, { ...name, epoch: 0, upTo: sb, ended: 0, welcome: state.head.head }),
    );
    expect(acts(log.ledger, adding)).toBe(false);
    const leaving = await place(log, await actOf(log.ledger.state, pb, { kind: 'leave', seating: sb }));
    expect(acts(log.ledger, leaving)).toBe(true);
    const ended = leaving.entry.seq;
    const removing = await place(
      log,
      await actOf(log.ledger.state, pa, { ...name, epoch: 1, upTo: sb, ended, welcome: null }),
    );
    expect(acts(log.ledger, removing)).toBe(true);
    expect(log.ledger.state.table?.members).toEqual([sa]);
    expect(log.ledger.settled.table?.members).toEqual([sa]);
    expect(log.ledger.settled.head.seq).toBe(founding.entry.seq);
  });

  test('[LOG4] refuses, by append, an entry that its act may not be', async () => {
    const log = testLog(meeting);
    const verified = await settle(log, await actOf(log.ledger.state, principal, sitAction(principal, 'once')));
    expect(codeOf(append(log.ledger, verified))).toBe('act.sequence');
  });
});
