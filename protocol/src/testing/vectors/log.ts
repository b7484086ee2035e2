import { type Bytes, encode, toHex } from '../../bytes/index.ts';
import { type Action, countersign, openLedger, type State } from '../../log/index.ts';
import { due } from '../../meeting/index.ts';
import { codeOf, enter, entryBytes } from '../door.ts';
import { seedOf } from '../keys.ts';
import { actOf, nodeActOf, place, settle, sitAction, testLog } from '../log.ts';
import { testDelegate, testMeeting } from '../meeting.ts';
import type { Json } from './json.ts';

/** A state as vectors tell it. */
export const stateJson = ({ head, time, ended, seatings, table }: State): Json => ({
  seq: head.seq,
  head: toHex(head.head),
  time,
  ended,
  seated: [...seatings.values()].map(({ id, seat, frameKey }) => ({ id, seat: seat.id, frameKey: toHex(frameKey) })),
  table: table && { ...table, authenticator: toHex(table.authenticator), members: [...table.members] },
});

/** One small log: its bytes, the state after each entry, what is settled, and entries that are refused. */
export const logVectors = async (): Promise<Json> => {
  const meeting = await testMeeting();
  const [alba, borland] = meeting.delegations;
  if (!alba || !borland) throw new Error('two delegations');
  const [pa, pb, aa] = await Promise.all(
    ['alba-principal', 'borland-principal', 'alba-adviser'].map((id) => testDelegate(meeting, id)),
  );
  if (!pa || !pb || !aa) throw new Error('three people');
  const log = testLog(meeting);
  const states: Json[] = [];
  let n = 0;
  const wish = () => {
    n += 1;
    return { n };
  };
  const next = async (act: Promise<Bytes>) => {
    await settle(log, await act);
    states.push(stateJson(log.ledger.state));
  };
  const made = { circle: 'table' as const, generation: 1 };
  const commit = (): Action => {
    const todo = due(log.ledger);
    if (todo?.kind !== 'commit') throw new Error('no commit is due');
    const { epoch, upTo, ended, add } = todo;
    const welcome = add.length > 0 ? seedOf(`welcome ${epoch}`) : null;
    return {
      kind: 'commit',
      ...made,
      epoch,
      upTo,
      ended,
      commit: seedOf(`commit ${epoch}`),
      welcome,
      authenticator: seedOf(`epoch ${epoch + 1}`),
    };
  };
  await next(actOf(log.ledger.state, pa, sitAction(pa, 'v1'), wish()));
  await next(actOf(log.ledger.state, pa, { kind: 'found', ...made, authenticator: seedOf('epoch 0') }, wish()));
  await next(
    actOf(log.ledger.state, pb, sitAction(pb, 'v2'), { ...wish(), saw: { seq: 0, head: meeting.sheet.hash } }),
  );
  await next(actOf(log.ledger.state, pa, commit(), wish()));
  await next(actOf(log.ledger.state, aa, sitAction(aa, 'v3'), wish()));
  await next(actOf(log.ledger.state, pb, commit(), wish()));
  await next(actOf(log.ledger.state, pa, { kind: 'remove', seating: 5, reason: 'Recalled' }, wish()));
  await next(actOf(log.ledger.state, pa, commit(), wish()));
  await next(actOf(log.ledger.state, pb, sitAction(pb, 'v4'), wish()));
  const { ledger } = log;
  const { state } = ledger;
  const early = openLedger(meeting.sheet);
  const leave = await actOf(state, pb, { kind: 'leave', seating: 9 }, wish());
  const sit = (who: typeof aa, fresh: string) => actOf(state, who, sitAction(who, fresh), wish());
  const [first] = log.entries;
  const other = await testDelegate(meeting, 'borland-principal', 'another device');
  const act = async (what: string, given: Promise<Bytes>, at: Parameters<typeof entryBytes>[2] = {}) =>
    [what, entryBytes(state, await given, at)] as const;
  const cases = [
    await act('granted: who sits leaves', Promise.resolve(leave)),
    await act('a gap', Promise.resolve(leave), { seq: 11 }),
    await act('a place taken by another', Promise.resolve(leave), { seq: 9 }),
    await act('after another head', Promise.resolve(leave), { prev: meeting.sheet.hash }),
    await act('time goes back', Promise.resolve(leave), { time: state.time - 1 }),
    await act('another meeting', Promise.resolve(leave), { meeting: new Uint8Array(16) }),
    await act('version 2', Promise.resolve(leave), { v: 2 }),
    ['held already', first?.entry.bytes ?? new Uint8Array()] as const,
    await act(
      'another device’s signature',
      actOf(state, { ...pa, device: pb.device }, { kind: 'leave', seating: 1 }, wish()),
    ),
    await act('a number used before', actOf(state, pa, { kind: 'found', ...made, authenticator: seedOf('x') }, { n: 1 })),
    await act(
      'it saw another log',
      actOf(state, pa, { kind: 'leave', seating: 1 }, { ...wish(), saw: { seq: 9, head: meeting.sheet.hash } }),
    ),
    await act(
      'it saw more',
      actOf(state, pa, { kind: 'leave', seating: 1 }, { ...wish(), saw: { seq: 10, head: state.head.head } }),
    ),
    await act('who is not seated', actOf(state, aa, { kind: 'leave', seating: 1 }, wish())),
    await act('the seat is taken', sit(other, 'v5')),
    await act('a frame key used before', sit(aa, 'v3')),
    await act(
      'a commit of an epoch that is over',
      actOf(
        state,
        pa,
        {
          kind: 'commit',
          ...made,
          epoch: 2,
          upTo: 9,
          ended: 9,
          commit: seedOf('c'),
          welcome: seedOf('w'),
          authenticator: seedOf('a'),
        },
        wish(),
      ),
    ),
    await act(
      'a commit that does not know who left',
      actOf(
        state,
        pa,
        {
          kind: 'commit',
          ...made,
          epoch: 3,
          upTo: 9,
          ended: 7,
          commit: seedOf('c'),
          welcome: seedOf('w'),
          authenticator: seedOf('a'),
        },
        wish(),
      ),
    ),
    await act(
      'a commit without the Welcome that it needs',
      actOf(
        state,
        pa,
        {
          kind: 'commit',
          ...made,
          epoch: 3,
          upTo: 9,
          ended: 9,
          commit: seedOf('c'),
          welcome: null,
          authenticator: seedOf('a'),
        },
        wish(),
      ),
    ),
    await act('somebody else’s seating', actOf(state, pb, { kind: 'leave', seating: 1 }, wish())),
    await act(
      'the counterpart’s node gives up a seating',
      nodeActOf(state, borland, { kind: 'lost', seating: 1 }, wish()),
    ),
  ] as const;
  const refusals: Json[] = [];
  for (const [what, entry] of cases)
    refusals.push({ what, entry: toHex(entry), code: codeOf(await enter(ledger, entry)) });
  const second = await place(testLog(meeting), await actOf(early.state, pb, sitAction(pb, 'fork'), { n: 1 }));
  const equivocation = await countersign({ root: alba.id, signer: alba.issuing, serial: 0 }, second.entry);
  const word = log.countersignatures.find(({ seq, root }) => seq === 1 && root === toHex(alba.id));
  if (!word || log.ledger.settled.head.seq !== 9) throw new Error('the log did not settle');
  return {
    roots: meeting.delegations.map(({ root }) => toHex(encode(root.keys))),
    sheet: toHex(meeting.signed),
    sheetHash: toHex(meeting.sheet.hash),
    entries: log.entries.map(({ entry }) => toHex(entry.bytes)),
    countersignatures: log.countersignatures.map(({ bytes }) => toHex(bytes)),
    states,
    settled: 9,
    next: refusals,
    equivocation: [toHex(word.bytes), toHex(equivocation)],
  };
};

