import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../src/clock.ts';
import { databaseOf } from '../src/config/config.ts';
import { nodeLogger } from '../src/log.ts';
import { DELETE_AFTER_MS } from '../src/meeting/meetings.ts';
import { startNode } from '../src/node.ts';
import { rehearsalSheet } from '../src/rehearsal/plan.ts';
import { signSheetByAll } from '../src/sheets.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import { openDevice } from './device.ts';
import { preparePair } from './pair.ts';

/** A clock on which ten minutes are soon over. */
const quick: Clock = {
  ...systemClock,
  after: (ms, wake) => systemClock.after(ms === DELETE_AFTER_MS ? 300 : ms, wake),
};

test('[CLOSE3] where nothing is to be kept, nothing is left of a meeting in the file, and its number is used up', async () => {
  const { data, prepared } = await preparePair();
  const path = join(data, 'rehearsal.sheet');
  const roots = new Map(prepared.map(({ cast, identity }) => [cast.id, identity.root]));
  const cast = prepared.map((one) => one.cast);
  const body = { ...rehearsalSheet(cast, roots, Date.now()), record: 'nothing' as const };
  const signed = await signSheetByAll(
    body,
    prepared.map(({ identity }) => identity),
  );
  writeFileSync(path, signed);
  const nodes = await Promise.all(
    prepared.map(async ({ config }) => {
      const binary = async () => new Refusal('sfu.unavailable', 'tests name it');
      const node = await startNode(config, { clock: quick, logger: nodeLogger(config.name, 'silent'), binary });
      if (node instanceof Refusal) throw new Error(node.code);
      return node;
    }),
  );
  const [alba, borland] = nodes;
  if (!alba || !borland) throw new Error('two nodes');
  const link = async (node: typeof alba, seat: string) => {
    const url = await node.link(seat);
    if (url instanceof Refusal) throw new Error(url.code);
    return openDevice(url);
  };
  const [ilaria, anders] = [await link(alba, 'alba-principal'), await link(borland, 'borland-principal')];
  await ilaria.sit();
  await anders.sit();
  const held = () =>
    prepared.map(({ config }) =>
      ['', '-wal'].some((end) => {
        const file = `${databaseOf(config)}${end}`;
        return existsSync(file) && readFileSync(file).includes('Anders Holm');
      }),
    );
  expect(held()).toEqual([true, true]);
  await ilaria.act({ kind: 'close', agreed: true });
  await anders.until(({ state }) => state.done.size === 1);
  await anders.act({ kind: 'close', agreed: true });
  await expect.poll(() => nodes.map((node) => node.meetings().length), { timeout: 10_000 }).toEqual([0, 0]);
  for (const node of nodes) expect(await node.hold()).toBeNull();
  expect(nodes.map((node) => node.meetings().length)).toEqual([0, 0]);
  await Promise.all(nodes.map((node) => node.stop()));
  expect(held()).toEqual([false, false]);
  for (const { config } of prepared) {
    const store = await openSqlite(databaseOf(config));
    expect(await store.isDeleted(body.meeting)).toBe(true);
    expect(await store.meetings()).toEqual([]);
    await store.close();
  }
  rmSync(data, { recursive: true });
}, 60_000);
