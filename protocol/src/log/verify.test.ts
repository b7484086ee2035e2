import { expect, test } from 'vitest';
import { type Bytes, encode, Refusal } from '../bytes/index.ts';
import {
  actOf,
  codeOf,
  granted,
  place,
  seat,
  seatedLog,
  settle,
  sitAction,
  testDelegate,
  testMeeting,
} from '../testing/index.ts';
import { countersign, follow, type LogRecord, openEntry, openLedger, verifyLog } from './index.ts';

const meeting = await testMeeting();
const people = await Promise.all(
  ['alba-principal', 'borland-principal', 'alba-adviser'].map((id) => testDelegate(meeting, id)),
);
const [principal, counterpart, adviser] = people;
if (!principal || !counterpart || !adviser) throw new Error('three people');

const { log } = await seatedLog(meeting, people);
await settle(log, await actOf(log.ledger.state, adviser, { kind: 'leave', seating: 3 }));
for (let round = 0; round < 80; round += 1) await seat(log, principal);
const record: LogRecord = {
  sheet: meeting.signed,
  entries: log.entries.map(({ entry }) => entry.bytes),
  countersignatures: log.countersignatures.map((word) => word.bytes),
};
const { entries, countersignatures } = record;
const changed = (list: readonly Bytes[], at: number, to: (bytes: Bytes) => Bytes): readonly Bytes[] =>
  list.map((bytes, n) => (n === at ? to(bytes) : bytes));
const turned = (at: number) => (bytes: Bytes) => bytes.map((byte, n) => (n === at ? byte ^ 1 : byte));
const code = async (wish: Partial<LogRecord>) => codeOf(await verifyLog(meeting.pins, { ...record, ...wish }));

test('[LOG11] a whole log verifies offline, and comes to the state that its makers had', async () => {
  const ledger = granted(await verifyLog(meeting.pins, record));
  expect(ledger.state.head).toEqual(log.ledger.state.head);
  expect(ledger.settled.head.seq).toBe(84);
  expect([...ledger.state.seatings]).toEqual([...log.ledger.state.seatings]);
  expect(ledger.open.length).toBe(0);
});

test('[LOG11] in whatever order the countersignatures come, and from the last of each alone', async () => {
  const reversed = granted(
    await verifyLog(meeting.pins, { ...record, countersignatures: countersignatures.toReversed() }),
  );
  expect(reversed.settled.head.seq).toBe(84);
  const last = granted(await verifyLog(meeting.pins, { ...record, countersignatures: countersignatures.slice(-2) }));
  expect(last.settled.head.seq).toBe(84);
  const none = granted(await verifyLog(meeting.pins, { ...record, countersignatures: [] }));
  expect(none.settled.head.seq).toBe(0);
  expect(none.open.length).toBe(84);
});

test('[LOG11] refuses a log from which an entry was dropped, swapped, doubled or changed', async () => {
  expect(await code({ entries: entries.toSpliced(40, 1) })).toBe('log.gap');
  expect(
    await code({ entries: entries.toSpliced(40, 2, entries[41] ?? new Uint8Array(), entries[40] ?? new Uint8Array()) }),
  ).toBe('log.gap');
  expect(await code({ entries: changed(entries, 40, turned(12)) })).not.toBe('granted');
  expect(await code({ entries: entries.slice(0, -1) })).toBe('log.ahead');
  expect(await code({ entries: changed(entries, 7, () => new Uint8Array([1])) })).toBe('bytes.malformed');
});

test('[LOG11] finds each forged signature, wherever it stands', async () => {
  const { state } = openLedger(meeting.sheet);
  const forged = await actOf(state, { ...principal, device: counterpart.device }, sitAction(principal, 'forged'));
  const { meeting: id, head } = { meeting: meeting.id, head: state.head.head };
  const first = encode({ v: 1, meeting: id, seq: 1, prev: head, time: meeting.at, act: forged });
  expect(await code({ entries: [first], countersignatures: [] })).toBe('act.forged');
  expect(await code({ entries: [first, ...entries.slice(1)] })).toBe('act.forged');
  const [alba, borland] = meeting.delegations;
  const elsewhere = openEntry(first);
  if (!alba || !borland || elsewhere instanceof Refusal) throw new Error('two delegations');
  const pretended = await countersign({ root: alba.id, signer: borland.issuing, serial: 0 }, elsewhere);
  expect(await code({ countersignatures: [pretended] })).toBe('log.countersignature');
  const real = await countersign({ root: alba.id, signer: alba.issuing, serial: 0 }, elsewhere);
  expect(await code({ countersignatures: [real] })).toBe('log.fork');
  for (const at of [0, 81, countersignatures.length - 1])
    expect(await code({ countersignatures: changed(countersignatures, at, turned(20)) })).toBe('log.countersignature');
});

test('[LOG11] refuses a sheet that is not pinned, and countersignatures under another', async () => {
  expect(codeOf(await verifyLog(new Map(), record))).toBe('identity.root-unknown');
  const other = await testMeeting(['Alba', 'Corvia']);
  expect(codeOf(await verifyLog(other.pins, { ...record, sheet: other.signed }))).not.toBe('granted');
});

test('[LOG11] a part is added to what is held; what is held already is passed over', async () => {
  const half = granted(await follow(openLedger(meeting.sheet), entries.slice(0, 50), countersignatures));
  expect(half.entries).toHaveLength(50);
  expect(half.ahead).toHaveLength(2 * 34);
  const last = countersignatures.length - 1;
  const forged = changed(countersignatures, last, turned(20));
  expect(codeOf(await follow(openLedger(meeting.sheet), entries.slice(0, 50), forged))).toBe('log.countersignature');
  const whole = granted(await follow(half.ledger, entries, countersignatures));
  expect(whole.entries).toHaveLength(34);
  expect(whole.ledger.state.head).toEqual(log.ledger.state.head);
  expect(whole.ledger.settled.head.seq).toBe(84);
  expect(half.ledger.state.head.seq).toBe(50);
});

test('[LOG11] a part of another log is a fork', async () => {
  const { log: other } = await seatedLog(meeting, [counterpart]);
  await place(other, await actOf(other.ledger.state, principal, sitAction(principal, 'other')));
  const part = other.entries.map(({ entry }) => entry.bytes);
  expect(codeOf(await follow(log.ledger, part, []))).toBe('log.fork');
  expect(
    codeOf(
      await follow(
        log.ledger,
        [],
        other.countersignatures.map((word) => word.bytes),
      ),
    ),
  ).toBe('log.fork');
});
