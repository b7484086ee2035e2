import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, toHex } from '@parley/protocol/bytes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseOf } from '../src/config/config.ts';
import { keptRoot } from '../src/identity/files.ts';
import { type Office, openTown, type Town } from './office.ts';

let town: Town;
let alba: Office;
beforeEach(async () => {
  town = openTown();
  alba = await town.office('Alba');
}, 60_000);
afterEach(() => town.leave());

test('[COMMAND5] a backup of a running node is whole, holds no key that signs, and comes back', async () => {
  const borland = await town.office('Borland');
  await town.introduce(alba, borland);
  const node = await alba.start();
  const out = town.at('alba.backup');
  await alba.parley('backup', '--out', out);
  expect((await alba.tries('backup', '--out', out)).erred).toMatch(/^file\.exists/);
  expect(statSync(out).mode & 0o077).toBe(0);
  const bytes = readFileSync(out);
  const { identity } = alba.read();
  for (const name of readdirSync(identity)) {
    const kept: { readonly [name: string]: string } = JSON.parse(readFileSync(join(identity, name), 'utf8'));
    for (const field of ['key', 'ed', 'pq'].filter((one) => name === 'root.json' || one === 'key')) {
      const key = Buffer.from(kept[field] ?? '', 'base64');
      if (key.length > 0) expect(bytes.includes(key.subarray(-32)), `${name} ${field}`).toBe(false);
    }
  }
  await node.stop();

  expect((await alba.tries('restore', out)).erred).toMatch(/^file\.exists/);
  const before = await alba.parley('counterparts');
  rmSync(alba.read().folder, { recursive: true });
  // A log of SQLite's that was left behind would be played into what comes back.
  mkdirSync(alba.read().folder);
  writeFileSync(`${databaseOf(alba.read())}-wal`, 'left');
  expect((await alba.tries('restore', out)).erred).toMatch(/^file\.exists: .*-wal/);
  rmSync(alba.read().folder, { recursive: true });
  await alba.parley('restore', out);
  expect(await alba.parley('counterparts')).toBe(before);
}, 60_000);

test('[COMMAND5] what is no whole backup is refused, and nothing is left of it', async () => {
  const out = town.at('alba.backup');
  rmSync(alba.read().folder, { recursive: true, force: true });
  expect((await alba.tries('backup', '--out', out)).erred).toMatch(/^node\.not-started/);
  await alba.parley('counterparts');
  await alba.parley('backup', '--out', out);
  rmSync(alba.read().folder, { recursive: true });
  const whole = readFileSync(out);
  const torn = Buffer.from(whole);
  torn.fill(7, 4_096, 12_288);
  const files = {
    cut: whole.subarray(0, whole.length / 2),
    torn,
    text: Buffer.from('no store'),
    none: Buffer.alloc(0),
  };
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(town.at(name), bytes);
    expect((await alba.tries('restore', town.at(name))).erred, name).toMatch(/^file\.unreadable/);
  }
  expect((await alba.tries('restore', town.at('nowhere'))).erred).toMatch(/^file\.unreadable/);
  expect(readdirSync(join(databaseOf(alba.read()), '..'))).toEqual([]);
}, 60_000);

test('[COMMAND5] a backup of another delegation is refused by its root, and nothing is left of it', async () => {
  const borland = await town.office('Borland');
  const out = town.at('borland.backup');
  await borland.parley('counterparts');
  await borland.parley('backup', '--out', out);
  rmSync(alba.read().folder, { recursive: true, force: true });
  const root = keptRoot(borland.read().identity);
  if (root instanceof Refusal) throw new Error(root.code);
  const refused = await alba.tries('restore', out);
  expect(refused.status).toBe(2);
  expect(refused.erred).toContain(`backup.other: ${out}: of the root ${toHex(root.root)}`);
  expect(readdirSync(join(databaseOf(alba.read()), '..'))).toEqual([]);
  rmSync(borland.read().folder, { recursive: true });
  await borland.parley('restore', out);
  // What says whose it is does not stay in the store.
  await borland.parley('backup', '--out', town.at('again.backup'));
}, 60_000);
