import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actOf, nodeActOf, seat, seatedLog, settle, testDelegate, testMeeting } from '@parley/protocol/testing';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { openDirect } from '../src/meeting/direct.ts';
import { openSqlite } from '../src/store/sqlite.ts';

const meeting = await testMeeting();
const principal = await testDelegate(meeting, 'alba-principal');
const adviser = await testDelegate(meeting, 'alba-adviser');

/** A store with nothing in it, and a log in which both sit. */
const begin = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-direct-'));
  const store = await openSqlite(join(folder, 'node.sqlite'));
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  await store.addMeeting(meeting.id, new Uint8Array([0]));
  const { log, seatings } = await seatedLog(meeting, [principal, adviser]);
  const removed = seatings.get('alba-adviser') ?? 0;
  const open = () => openDirect({ meeting: meeting.id, store, clock: systemClock, ledger: () => log.ledger });
  const removal = await actOf(log.ledger.state, principal, { kind: 'remove', seating: removed, reason: 'Recalled' });
  return { log, seatings, removed, removal, store, open };
};

test('[RESTRICT3] a removal that the host holds back outlives its principal’s leaving, and a restart after that', async () => {
  const { log, seatings, removed, removal, store, open } = await begin();
  const direct = await open();
  const { state } = log.ledger;
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

// Turns red without `outweighs` in saysNothingNew.
for (const first of ['leave', 'lost'] as const)
  test(`[RESTRICT3] a removal that comes after a ${first} which the host holds back is kept as well`, async () => {
    const { log, removed, removal, open } = await begin();
    const direct = await open();
    const goes =
      first === 'leave'
        ? await actOf(log.ledger.state, adviser, { kind: 'leave', seating: removed })
        : await nodeActOf(log.ledger.state, meeting.host, { kind: 'lost', seating: removed });
    await direct.restrict(goes, 'own');
    await direct.restrict(removal, 'own');
    expect(direct.waiting()).toEqual([removal]);
    // Nothing of it is said anew, in whichever order.
    expect(await direct.restrict(goes, 'own')).toBeNull();
    // The host orders what suits it, and lets them sit anew under the mandate that was removed.
    await settle(log, goes);
    await direct.moved();
    const anew = await seat(log, adviser);
    expect(await direct.moved()).toEqual([removal]);
    expect(direct.ended()).toEqual(new Set([anew]));
  });

test('[RESTRICT3] a removal that acts again when whom it removes sits anew is told again', async () => {
  const { log, removed, removal, open } = await begin();
  const direct = await open();
  await direct.restrict(removal, 'own');
  await settle(log, await actOf(log.ledger.state, adviser, { kind: 'leave', seating: removed }));
  expect(await direct.moved()).toEqual([]);
  expect(direct.waiting()).toEqual([]);
  const anew = await seat(log, adviser);
  expect(await direct.moved()).toEqual([removal]);
  expect(await direct.moved()).toEqual([]);
  expect(direct.ended()).toEqual(new Set([anew]));
});
