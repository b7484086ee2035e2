import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DelegationNode } from '../src/node.ts';
import { openDevice } from './device.ts';
import { hasDisks, mountDisk } from './disks.ts';
import { preparePair, startOne } from './pair.ts';

/** Takes whatever room is left on a disk; the returned function gives it back. */
const fill = (folder: string): (() => void) => {
  const path = join(folder, 'ballast');
  const block = Buffer.alloc(4_096, 7);
  try {
    for (;;) appendFileSync(path, block);
  } catch {
    return () => rmSync(path);
  }
};

describe.skipIf(!hasDisks())('where tests may mount a small disk (Linux, root)', () => {
  let pair: Awaited<ReturnType<typeof preparePair>>;
  let nodes: DelegationNode[];
  const disks: (() => void)[] = [];
  let origins: string[];
  beforeEach(async () => {
    pair = await preparePair();
    for (const { config } of pair.prepared) {
      mkdirSync(config.folder, { recursive: true });
      const identity = join(pair.data, `${config.name}-identity`);
      execFileSync('cp', ['-a', config.identity, identity]);
      disks.push(mountDisk(config.folder, 8));
    }
    origins = pair.prepared.map(({ config }) => `http://127.0.0.1:${config.seats.port}`);
    nodes = await Promise.all(
      pair.prepared.map(({ config }) => startOne({ ...config, identity: join(pair.data, `${config.name}-identity`) })),
    );
    await Promise.all(nodes.flatMap((node) => node.meetings().map((meeting) => meeting.synced())));
  }, 60_000);
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    for (const unmount of disks.splice(0)) unmount();
    rmSync(pair.data, { recursive: true, force: true });
  });

  const deviceOf = async (n: number) => {
    const seat = pair.prepared[n]?.cast.seats[0]?.id ?? '';
    const link = await nodes[n]?.link(seat);
    if (typeof link !== 'string') throw new Error(link instanceof Refusal ? link.code : 'no node');
    return openDevice(link);
  };

  test.each([
    ['the host’s', 0],
    ['the guest’s', 1],
  ])(
    '[NODE17] %s disk is full: nothing is accepted, it is said, and all goes on once there is room',
    async (_, full) => {
      const people = [await deviceOf(0), await deviceOf(1)] as const;
      const [ilaria, anders] = full === 0 ? people : people.toReversed();
      if (!ilaria || !anders) throw new Error('two people');
      const apart = () => new Set(nodes.map((node) => node.meetings()[0]?.head().seq)).size - 1;
      await anders.sit();
      await expect.poll(apart).toBe(0);
      const ready = async () => (await fetch(`${origins[full]}/ready`)).status;
      expect(await ready()).toBe(200);
      const clear = fill(pair.prepared[full]?.config.folder ?? '');
      await expect.poll(ready, { timeout: 10_000 }).toBe(503);
      await ilaria.ask();
      expect((await ilaria.hears('refused')).code).toBe('store.full');
      // Whoever leaves leaves, whatever can be kept.
      const [seating = 0] = (await anders.until(({ state }) => state.seatings.size > 0)).state.seatings.keys();
      await anders.act({ kind: 'leave', seating });
      await expect.poll(() => nodes[0]?.meetings()[0]?.living().length).toBe(0);
      clear();
      await ilaria.sit();
      await expect.poll(apart).toBe(0);
      await expect.poll(ready, { timeout: 10_000 }).toBe(200);
    },
    60_000,
  );
});
