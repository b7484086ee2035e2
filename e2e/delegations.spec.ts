import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { closeSeats, openSeat, type Rehearsal, type Seat, startRehearsal } from './rehearsal/index.ts';

const PARLEY = join(import.meta.dirname, '../server/bin/parley.js');
const run = promisify(execFile);

let rehearsal: Rehearsal;
test.afterEach(async ({ browser }) => {
  await closeSeats(browser);
  await rehearsal.stop();
});

for (const count of [3])
  test(`${count} delegations at one table: each sees all others verified, one leaves, every record says so`, async ({
    browser,
  }) => {
    test.setTimeout(180_000);
    rehearsal = await startRehearsal({ delegations: count });
    const { delegations } = await rehearsal.state();
    expect(delegations).toHaveLength(count);
    const people = delegations.map(({ seats: [principal] }) => principal ?? { id: '', name: '' });
    const seats: Seat[] = [];
    for (const { id } of people) seats.push(await openSeat(browser, rehearsal, id, { standIn: true }));
    for (const [n, seat] of seats.entries())
      await seat.sees(...people.filter((_, other) => other !== n).map(({ name }) => name));

    const [gone, ...stay] = seats;
    await gone?.leave();
    for (const seat of stay)
      await seat.sees(...people.filter(({ id }) => id !== seat.id && id !== gone?.id).map(({ name }) => name));

    for (const { name } of delegations) {
      const id = name.toLowerCase();
      const [config, out] = [join(rehearsal.data, id, 'node.json'), join(rehearsal.data, `${id}.parley`)];
      await run(process.execPath, [PARLEY, 'export', '--config', config, '--out', out]);
      const { stdout } = await run(process.execPath, [PARLEY, 'verify', out, '--json']);
      const report = JSON.parse(stdout);
      expect(report).toMatchObject({ verdict: 'stands', whole: true });
      expect(report.delegations).toHaveLength(count);
      expect(report.sittings.filter((one: { readonly ended: string | null }) => one.ended === 'leave')).toHaveLength(1);
    }
  });
