import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@parley/protocol/bytes';
import { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { builtIn } from './dialect.ts';
import { migrate } from './migrations.ts';
import { openSqlite } from './sqlite.ts';
import { storeContract } from './store.contract.ts';
import type { Tables } from './tables.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'parley-store-'));

storeContract('SQLite', () => {
  const at = folder();
  return {
    open: () => openSqlite(join(at, 'node.sqlite')),
    remove: async () => rmSync(at, { recursive: true, force: true }),
  };
});

test('the file is for its own user only', async () => {
  const at = folder();
  const store = await openSqlite(join(at, 'node.sqlite'));
  expect(statSync(join(at, 'node.sqlite')).mode & 0o777).toBe(0o600);
  await store.close();
  rmSync(at, { recursive: true });
});

test('[SHEET1] plans whose call sheets are of version 1 are forgotten with the update, and others stay', async () => {
  const at = folder();
  const path = join(at, 'node.sqlite');
  const bytes = (n: number) => new Uint8Array(16).fill(n);
  const fields = { meeting: bytes(0), title: '', host: bytes(0), from: 0, until: 1, delegations: [], seats: [] };
  const bodies = [encode({ v: 1, ...fields }), encode({ v: 2, ...fields, zone: 'UTC', record: 'everything' })];
  const before = new Kysely<Tables>({ dialect: builtIn(path) });
  await migrate(before, '006-guests');
  for (const [n, body] of bodies.entries()) {
    const of = { meeting: bytes(n), root: bytes(9) };
    await before
      .insertInto('proposals')
      .values({ meeting: bytes(n), body, until: 1 })
      .execute();
    await before
      .insertInto('sheet_signatures')
      .values({ ...of, bytes: bytes(9) })
      .execute();
    await before
      .insertInto('errands')
      .values({ ...of, request: bytes(9), until: 1 })
      .execute();
  }
  await before.destroy();
  const store = await openSqlite(path);
  expect((await store.proposals()).map(({ meeting }) => meeting)).toEqual([bytes(1)]);
  expect((await store.errands()).map(({ meeting }) => meeting)).toEqual([bytes(1)]);
  await store.close();
  rmSync(at, { recursive: true });
});
