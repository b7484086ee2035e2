import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encode } from '@parley/protocol/bytes';
import { expect, test } from 'vitest';
import { openSqlite } from './sqlite.ts';
import { storeContract } from './store.contract.ts';

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
  let store = await openSqlite(path);
  for (const [n, body] of bodies.entries())
    await store.addProposal({ meeting: bytes(n), until: 1 }, body, { root: bytes(9), bytes: bytes(9) }, [
      { root: bytes(9), request: bytes(9), until: 1 },
    ]);
  await store.close();
  const database = new DatabaseSync(path);
  database.exec("delete from kysely_migration where name = '007-sheets-2'");
  database.close();
  store = await openSqlite(path);
  expect((await store.proposals()).map(({ meeting }) => meeting)).toEqual([bytes(1)]);
  expect((await store.errands()).map(({ meeting }) => meeting)).toEqual([bytes(1)]);
  await store.close();
  rmSync(at, { recursive: true });
});
