import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { builtIn } from './dialect.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './tables.ts';
import { together } from './together.ts';

let folder: string;
let db: Kysely<Tables>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-together-'));
  db = new Kysely<Tables>({ dialect: builtIn(join(folder, 'node.sqlite')) });
  await migrate(db);
});
afterEach(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true });
});

const id = (n: number) => new Uint8Array(16).fill(n);
const adding = (n: number) => async (within: Kysely<Tables>) => {
  await within
    .insertInto('meetings')
    .values({ meeting: id(n), sheet: id(n) })
    .execute();
  return n;
};
const kept = async () => (await db.selectFrom('meetings').select('meeting').execute()).map(({ meeting }) => meeting[0]);

test('what waits together is written in one transaction, in its order', async () => {
  const transactions = vi.spyOn(db, 'transaction');
  const { write, writeBefore } = together(db);
  const order: number[] = [];
  const all = [write(adding(1)), writeBefore(adding(2)), write(adding(3))];
  for (const one of all) void one.then((n) => order.push(n));
  expect(await Promise.all(all)).toEqual([1, 2, 3]);
  expect(order).toEqual([1, 2, 3]);
  expect(transactions).toHaveBeenCalledTimes(1);
});

test('what cannot be written fails alone, and keeps nothing', async () => {
  const { write, rest } = together(db);
  const twice = async (within: Kysely<Tables>) => {
    await adding(2)(within);
    await adding(1)(within);
  };
  const all = await Promise.allSettled([write(adding(1)), write(twice), write(adding(3))]);
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await kept()).toEqual([1, 3]);
  await rest();
  expect(await write(adding(4))).toBe(4);
});

test('what comes while others are written is written after them', async () => {
  const { write, rest } = together(db);
  const later: Promise<number>[] = [];
  await write(async (within) => {
    later.push(write(adding(2)));
    return adding(1)(within);
  });
  await rest();
  expect(await kept()).toEqual([1, 2]);
  expect(await Promise.all(later)).toEqual([2]);
});
