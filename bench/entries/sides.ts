import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SheetBody } from '../../protocol/src/log/index.ts';
import type { NodeConfig } from '../../server/src/config/config.ts';
import type { Prepared } from '../../server/src/rehearsal/prepare.ts';
import { signSheetByAll } from '../../server/src/sheets.ts';
import { prepareTable } from '../../server/test/pair.ts';

/** What a side is asked, and what it answers. */
export type Begun = { readonly config: NodeConfig; readonly sheets: readonly string[]; readonly hosts: boolean };
export type Load = { readonly perSecond: number; readonly count: number };
export type Asked =
  | ({ readonly kind: 'begin' } & Begun)
  | ({ readonly kind: 'load' } & Load)
  | { readonly kind: 'seat' | 'heard' | 'cost' | 'end' };
export type Told =
  | { readonly kind: 'done' }
  | { readonly kind: 'timed'; readonly times: readonly (readonly [string, number, number, number])[] }
  | { readonly kind: 'heard'; readonly heard: readonly (readonly [string, readonly (readonly [number, number])[]])[] }
  | { readonly kind: 'cost'; readonly cpuMs: number; readonly megabytes: number };

/** What some entries cost at two nodes. */
export type EntryCost = {
  /** From an act being given to the host until both nodes have stored it, and people at both know that; ms, rising. */
  readonly times: readonly number[];
  readonly perSecond: number;
  /** What the processors of both did for one entry, in ms: the people and whoever commits for them in it. */
  readonly cpuMs: number;
  /** Resident memory of the host's node and the guest's. */
  readonly megabytes: readonly number[];
};

/** Two nodes, each with its people in a process of its own. */
export type Sides = {
  /** Lets the meetings commit in turn. */
  readonly load: (load: Load) => Promise<EntryCost>;
  /** Resident memory of the host's node and the guest's. */
  readonly megabytes: () => Promise<readonly number[]>;
  readonly stop: () => Promise<void>;
};

const sheetOf = (prepared: readonly Prepared[], n: number): SheetBody => ({
  v: 2,
  meeting: new Uint8Array(randomBytes(16)),
  title: `Talks ${n}`,
  host: prepared[0]?.identity.root ?? new Uint8Array(32),
  from: Date.now() - 60_000,
  until: Date.now() + 3_600_000,
  zone: 'UTC',
  record: 'everything',
  delegations: prepared.map(({ cast, identity }) => ({ root: identity.root, name: cast.name })),
  seats: prepared.map(({ cast, identity }) => {
    const seat = cast.seats[0];
    if (!seat) throw new Error('no seat');
    return { ...seat, id: `${seat.id}-${n}`, root: identity.root };
  }),
});

type Side = { readonly child: ChildProcess; readonly ended: Promise<never> };

const openSide = (): Side => {
  const child = fork(join(import.meta.dirname, 'side.ts'), { serialization: 'advanced' });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a side ended')));
  ended.catch(() => undefined); // whoever asks hears of it
  return { child, ended };
};

const ask = async <K extends Told['kind']>({ child, ended }: Side, asked: Asked, kind: K) => {
  child.send(asked);
  // Sides are this program's own.
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [Told];
  if (told.kind !== kind) throw new Error(`${told.kind} in place of ${kind}`);
  return told as Extract<Told, { readonly kind: K }>;
};

/** Starts both with so many meetings, in each of which one person of each delegation sits. */
export const openSides = async (meetings: number): Promise<Sides> => {
  const { prepared, data, remove } = await prepareTable(2);
  const identities = prepared.map(({ identity }) => identity);
  const sheets: string[] = [];
  for (let n = 0; n < meetings; n += 1) {
    const path = join(data, `${n}.sheet`);
    writeFileSync(path, await signSheetByAll(sheetOf(prepared, n), identities));
    sheets.push(path);
  }
  const sides = prepared.map(openSide);
  await Promise.all(
    sides.map((side, n) => {
      const config = prepared[n]?.config;
      if (!config) throw new Error('two delegations');
      return ask(side, { kind: 'begin', config, sheets, hosts: n === 0 }, 'done');
    }),
  );
  await Promise.all(sides.map((side) => ask(side, { kind: 'seat' }, 'done')));
  const [host, guest] = sides;
  if (!host || !guest) throw new Error('two delegations');
  const costs = () => Promise.all(sides.map((side) => ask(side, { kind: 'cost' }, 'cost')));
  const sum = (all: readonly { readonly cpuMs: number }[]) => all.reduce((before, { cpuMs }) => before + cpuMs, 0);
  return {
    load: async (load) => {
      const [before, began] = [await costs(), performance.now()];
      const { times } = await ask(host, { kind: 'load', ...load }, 'timed');
      const seconds = (performance.now() - began) / 1_000;
      const after = await costs();
      const { heard } = await ask(guest, { kind: 'heard' }, 'heard');
      const known = new Map(heard.map(([meeting, entries]) => [meeting, new Map(entries)] as const));
      const took = times.map(([meeting, seq, given, here]) => {
        const there = known.get(meeting)?.get(seq);
        if (there === undefined) throw new Error('the guest was not told of an entry');
        return Math.max(here, there) - given;
      });
      return {
        times: took.toSorted((a, b) => a - b),
        perSecond: times.length / seconds,
        cpuMs: (sum(after) - sum(before)) / times.length,
        megabytes: after.map((one) => one.megabytes),
      };
    },
    megabytes: async () => (await costs()).map((one) => one.megabytes),
    stop: async () => {
      const left = sides.filter(({ child }) => child.connected);
      await Promise.all(left.map((side) => ask(side, { kind: 'end' }, 'done')));
      remove();
    },
  };
};
