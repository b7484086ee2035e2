import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actOf, seat, seatedLog, settle, testDelegate, testMeeting } from '@parley/protocol/testing';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { openDirect } from '../src/meeting/direct.ts';
import { openSqlite } from '../src/store/sqlite.ts';

const meeting = await testMeeting();
const principal = await testDelegate(meeting, 'alba-principal');
const adviser = await testDelegate(meeting, 'alba-adviser');

test('[RESTRICT3] a removal that the host holds back outlives its principal’s leaving, and a restart after that', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-direct-'));
  const store = await openSqlite(join(folder, 'node.sqlite'));
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  await store.addMeeting(meeting.id, new Uint8Array([0]));
  const { log, seatings } = await seatedLog(meeting, [principal, adviser]);
  const removed = seatings.get('alba-adviser')!;
  const open = () => openDirect({ meeting: meeting.id, store, clock: systemClock, ledger: () => log.ledger });

  const direct = await open();
  const { state } = log.ledger;
  const removal = await actOf(state, principal, { kind: 'remove', seating: removed, reason: 'Recalled' });
  await direct.restrict(removal, 'own');
  await settle(log, await actOf(state, principal, { kind: 'leave', seating: seatings.get('alba-principal')! }));
  await direct.moved();
  expect(direct.waiting()).toEqual([removal]);
  const again = await open();
  expect(again.ended()).toEqual(new Set([removed]));
  expect(again.waiting()).toEqual([removal]);

  // Nor does sitting down anew wash it away, which the host may order.
  const anew = await seat(log, adviser);
  await again.moved();
  expect(again.ended()).toEqual(new Set([anew]));
  expect((await open()).ended()).toEqual(new Set([anew]));

  // Nothing of it is left once the log holds it.
  await settle(log, removal);
  await again.moved();
  expect(again.waiting()).toEqual([]);
  expect(await store.restrictions(meeting.id)).toEqual([]);
});
