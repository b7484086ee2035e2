import { toHex } from '@parley/protocol/bytes';
import { reportOf, verifyRecord } from '@parley/protocol/log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DelegationNode } from '../src/node.ts';
import { makeRecord } from '../src/records/make.ts';
import type { Prepared } from '../src/rehearsal/prepare.ts';
import { type Device, openDevice } from './device.ts';
import { prepareTable, startOne } from './pair.ts';

let table: Awaited<ReturnType<typeof prepareTable>>;
let nodes: DelegationNode[];
beforeEach(async () => {
  table = await prepareTable(8);
  nodes = await Promise.all(table.prepared.map(({ config }) => startOne(config)));
  await Promise.all(nodes.flatMap((node) => node.meetings().map((meeting) => meeting.synced())));
}, 60_000);
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  table.remove();
});

const principalOf = async (n: number): Promise<Device> => {
  const link = await nodes[n]?.link(table.prepared[n]?.cast.seats[0]?.id ?? '');
  if (typeof link !== 'string') throw new Error('no link');
  return openDevice(link);
};
const heads = () => nodes.map((node) => node.meetings()[0]?.head().seq);
/** What the record of a delegation proves, and how far each signed in it. */
const recordOf = async ({ config }: Prepared) => {
  const made = await makeRecord(config, undefined, Date.now());
  if ('code' in made) throw new Error(made.code);
  const report = reportOf(await verifyRecord(made.bytes, null));
  if (report.verdict === 'refused') throw new Error(report.code);
  return report;
};

test('[LOG7] [PEER9] eight delegations: all sit, one is away meanwhile and comes back, and all hold one record', async () => {
  const people: Device[] = [];
  for (let n = 0; n < 7; n += 1) {
    const device = await principalOf(n);
    await device.sit();
    people.push(device);
  }
  const [first, second] = people;
  if (!first || !second) throw new Error('seven people');
  const { state } = await first.until(({ settled }) => settled.seatings.size === 7);
  const seating = [...state.seatings.values()].find(({ seat }) => seat.id === second.seat);

  // The third is away: what gives waits for it, what takes away does not.
  await nodes[2]?.stop();
  await second.act({ kind: 'leave', seating: seating?.id ?? 0 });
  await first.until((held) => held.state.seatings.size === 6);
  const late = await principalOf(7);
  const sitting = late.sit();
  const waiting = await first.until((held) => held.state.seatings.size === 7);
  expect([...waiting.settled.seatings.values()].some(({ seat }) => seat.id === late.seat)).toBe(false);

  nodes[2] = await startOne(table.prepared[2]!.config);
  await sitting;
  await expect.poll(() => new Set(heads()).size, { timeout: 15_000 }).toBe(1);
  await expect
    .poll(async () => (await recordOf(table.prepared[2]!)).entries, { timeout: 15_000 })
    .toMatchObject({ count: heads()[0], settled: heads()[0] });

  const reports = await Promise.all(table.prepared.map(recordOf));
  for (const report of reports) {
    expect(report.whole, report.exported.by).toBe(true);
    expect(report.delegations.map(({ name }) => name)).toEqual(table.prepared.map(({ cast }) => cast.name));
    expect(report.sittings.map(({ seat, ended }) => `${seat} ${ended}`)).toEqual(
      reports[0]?.sittings.map(({ seat, ended }) => `${seat} ${ended}`),
    );
  }
  expect(new Set(nodes.map((node) => toHex(node.meetings()[0]?.head().head ?? new Uint8Array()))).size).toBe(1);
}, 90_000);
