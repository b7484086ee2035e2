import { expect, test } from 'vitest';
import { toHex } from '../bytes/index.ts';
import { actOf, granted, seatedLog, settle, testDelegate, testMeeting } from '../testing/index.ts';
import { heldHash, openLedger, take, verifyLog } from './index.ts';

const meeting = await testMeeting();
const people = await Promise.all(['alba-principal', 'borland-principal'].map((id) => testDelegate(meeting, id)));
const { log } = await seatedLog(meeting, people);
const before = log.ledger;
await settle(log, await actOf(before.state, people[1]!, { kind: 'leave', seating: 2 }));
const record = {
  sheet: meeting.signed,
  entries: log.entries.map(({ entry }) => entry.bytes),
  countersignatures: log.countersignatures.map(({ bytes }) => bytes),
};

test('[PEER9] whoever holds the same has the same hash, in whatever order it came', async () => {
  const again = granted(
    await verifyLog(meeting.pins, { ...record, countersignatures: record.countersignatures.toReversed() }),
  );
  expect(heldHash(again)).toEqual(heldHash(log.ledger));
});

test('[PEER9] an entry more has another hash, and so has each countersignature', async () => {
  let ledger = granted(await verifyLog(meeting.pins, { ...record, countersignatures: [] }));
  const seen = new Set([openLedger(meeting.sheet), before, ledger].map((one) => toHex(heldHash(one))));
  for (const word of log.countersignatures.slice(-2)) {
    ledger = granted(take(ledger, word));
    seen.add(toHex(heldHash(ledger)));
  }
  expect(seen.size).toBe(5);
  expect(heldHash(ledger)).toEqual(heldHash(log.ledger));
});
