import { rmSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../src/clock.ts';
import type { DelegationNode } from '../src/node.ts';
import { type Device, openDevice } from './device.ts';
import { preparePair, startOne } from './pair.ts';

const HOUR_MS = 3_600_000;

/** The machine's clock, and how far it is off. */
const wrongClock = () => {
  const set = { off: 0 };
  const clock: Clock = { ...systemClock, now: () => Date.now() + set.off };
  return { set, clock };
};

let pair: Awaited<ReturnType<typeof preparePair>>;
let clocks: readonly [ReturnType<typeof wrongClock>, ReturnType<typeof wrongClock>];
let nodes: readonly DelegationNode[];
beforeEach(async () => {
  pair = await preparePair();
  clocks = [wrongClock(), wrongClock()];
  nodes = await Promise.all(pair.prepared.map(({ config }, n) => startOne(config, clocks[n]?.clock)));
  await Promise.all(nodes.flatMap((node) => node.meetings().map((meeting) => meeting.synced())));
}, 60_000);
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  rmSync(pair.data, { recursive: true, force: true });
});

const deviceOf = async (n: number, seat: string): Promise<Device> => {
  const link = await nodes[n]?.link(seat);
  if (typeof link !== 'string') throw new Error(link instanceof Refusal ? link.code : 'no node');
  return openDevice(link);
};
const heads = () => nodes.map((node) => node.meetings()[0]?.head().seq ?? 0);

for (const [whose, wrong] of [
  ['the host’s', 0],
  ['the guest’s', 1],
] as const)
  for (const hours of [3, -3])
    test(`[PEER6] [PEER10] ${whose} clock is ${hours} hours off: it is said, restrictions act, nothing is lost, and it mends itself`, async () => {
      const ilaria = await deviceOf(0, 'alba-principal');
      const anders = await deviceOf(1, 'borland-principal');
      await ilaria.sit();
      const { seating } = await anders.sit();
      await ilaria.until(({ settled }) => settled.seatings.size === 2);
      const [before = 0] = heads();

      const { set } = clocks[wrong];
      set.off = hours * HOUR_MS;
      // A host whose clock has jumped dates nothing by it, though nobody has told it yet.
      const jan = await deviceOf(0, 'alba-adviser');
      const mira = await deviceOf(1, 'borland-adviser');
      const isRefused = async (newcomer: Device) => {
        await newcomer.ask();
        expect((await newcomer.hears('refused')).code).toBe('peer.stale');
      };
      if (wrong === 0) await isRefused(jan);
      for (const sitting of [ilaria, anders])
        expect((await sitting.hears('refused', ({ act }) => act === null)).code).toBe('peer.stale');
      if (wrong === 1) await isRefused(jan);
      await isRefused(mira);
      await anders.act({ kind: 'leave', seating });
      await expect.poll(() => nodes[1]?.meetings()[0]?.living().length).toBe(1);
      expect(heads()).toEqual([before, before]);

      set.off = 0;
      await ilaria.until(({ settled }) => settled.head.seq > before && !settled.seatings.has(seating));
      await mira.sit();
      await jan.sit();
      await expect.poll(() => new Set(heads()).size).toBe(1);
      expect(nodes.map((node) => node.meetings()[0]?.living().length)).toEqual([3, 3]);
    }, 60_000);
