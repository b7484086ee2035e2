import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countersign, openEntry } from '@parley/protocol/log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite } from '../src/store/sqlite.ts';
import { type Device, openDevice } from './device.ts';
import { type Pair, startPair } from './pair.ts';
import { parley } from './parley.ts';

let pair: Pair;
let ilaria: Device;
let anders: Device;
let seating: number;
beforeEach(async () => {
  pair = await startPair();
  ilaria = await openDevice(await pair.link(pair.alba, 'alba-principal'));
  anders = await openDevice(await pair.link(pair.borland, 'borland-principal'));
  await ilaria.sit();
  seating = (await anders.sit()).seating;
  await ilaria.until(({ settled }) => settled.seatings.size === 2);
}, 60_000);
afterEach(() => pair.stop());

const configOf = (n: 0 | 1) => pair.prepared[n].configPath;
const file = (name: string) => join(pair.data, name);
const exported = async (n: 0 | 1, name: string): Promise<string> => {
  const ended = await parley('export', '--config', configOf(n), '--out', file(name));
  expect(ended, ended.erred).toMatchObject({ status: 0 });
  return file(name);
};

test('[COMMAND1] [COMMAND2] what a running node exports stands, under its own roots and a counterpart’s pins', async () => {
  await anders.act({ kind: 'leave', seating });
  await ilaria.until(({ settled }) => settled.seatings.size === 1);
  for (const [n, name] of [
    [0, 'alba.parley'],
    [1, 'borland.parley'],
  ] as const) {
    const path = await exported(n, name);
    const alone = await parley('verify', path);
    expect(alone).toMatchObject({ status: 0, erred: '' });
    expect(alone.said).toContain('This record stands.');
    expect(alone.said).toContain('Agreed to be kept: everything of its log');
    expect(alone.said).toMatch(/Anders Holm, Prime Minister, Borland: from \S+Z to \S+Z \(left\)/);
    expect(alone.said).toMatch(/Ilaria Conti, .* no end is recorded/);
    const pinned = await parley('verify', path, '--config', configOf(n === 0 ? 1 : 0), '--json');
    expect(pinned.status).toBe(0);
    expect(JSON.parse(pinned.said)).toMatchObject({
      verdict: 'stands',
      whole: true,
      under: 'pinned',
      exported: { by: n === 0 ? 'Alba' : 'Borland' },
      entries: { count: 3, settled: 3 },
      delegations: [{ name: 'Alba', host: true }, { name: 'Borland' }],
    });
  }
}, 60_000);

test('[COMMAND2] a restriction that the host never ordered is in the record, and said', async () => {
  await pair.alba.stop();
  await anders.act({ kind: 'leave', seating });
  await expect.poll(() => pair.borland.occupied()).toEqual([]);
  const verified = await parley('verify', await exported(1, 'b.parley'));
  expect(verified.status).toBe(3);
  expect(verified.said).toContain('MISSING IN THE LOG: Borland said “leave”');
}, 60_000);

test('[COMMAND2] proof of two logs is in the record, and names who signed them', async () => {
  const store = await openSqlite(join(pair.prepared[1].config.folder, 'node.sqlite'));
  const { meeting } = pair.alba.meetings()[0]!.sheet;
  const [entry] = await store.entriesAfter(meeting, 1, 1);
  const held = openEntry(entry!.bytes);
  if ('code' in held) throw new Error(held.code);
  const { identity } = pair.prepared[0];
  const other = { ...held, head: held.prev };
  await store.addEquivocation(meeting, [await countersign(identity, held), await countersign(identity, other)]);
  await store.close();
  const verified = await parley('verify', await exported(1, 'two.parley'));
  expect(verified.status).toBe(3);
  expect(verified.said).toContain('TWO LOGS: Alba signed two different entries 2.');
}, 60_000);

test('[COMMAND2] [RECORD5] a changed record is refused with a sentence, a code and the place', async () => {
  const path = await exported(0, 'whole.parley');
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, -1));
  const cut = await parley('verify', path);
  expect(cut).toMatchObject({ status: 1, erred: '' });
  expect(cut.said).toContain('This record does not stand.');
  expect(cut.said).toContain('bytes.malformed');
  // The name stands in the call sheet first, and then in the mandate of the entry that seats him.
  const at = bytes.lastIndexOf('Anders Holm');
  writeFileSync(
    path,
    bytes.map((byte, n) => (n === at ? byte ^ 1 : byte)),
  );
  const changed = await parley('verify', path, '--json');
  expect(changed.status).toBe(1);
  expect(JSON.parse(changed.said)).toMatchObject({ verdict: 'refused', entry: 2 });
}, 60_000);

test('[COMMAND1] [COMMAND2] wrong files and meetings are told apart from records that do not stand', async () => {
  const path = await exported(0, 'once.parley');
  const out = (name: string) => ['--out', file(name)];
  for (const [words, code] of [
    [['verify', file('nowhere')], 'file.unreadable'],
    [['verify', path, '--config', file('nowhere')], 'config.wrong'],
    [['export', '--config', configOf(0), ...out('once.parley')], 'file.exists'],
    [['export', '--config', configOf(0), ...out('x'), '--meeting', '00'], 'record.unknown-meeting'],
    [['export', '--config', configOf(0), '--out', join(file('nowhere'), 'x')], 'file.unwritable'],
    [['export', '--config', file('nowhere'), ...out('x')], 'config.none'],
  ] as const) {
    const ended = await parley(...words);
    expect(ended, words.join(' ')).toMatchObject({ status: 2, said: '' });
    expect(ended.erred).toContain(`${code}: `);
  }
}, 60_000);
