import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
