import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { databaseOf, type NodeConfig } from '../src/config/config.ts';
import { examine } from '../src/doctor/doctor.ts';
import { type Office, openTown, type Town } from './office.ts';
import { parley } from './parley.ts';

const run = promisify(execFile);
let town: Town;
let alba: Office;
let config: NodeConfig;
beforeEach(async () => {
  town = openTown();
  alba = await town.office('Alba');
  config = alba.read();
}, 60_000);
afterEach(() => town.leave());

/** What is said of one thing, as `how: words`. */
const saidOf = async (of: string, change: Partial<NodeConfig> = {}, clock = systemClock): Promise<string> => {
  const found = (await examine({ ...config, ...change }, clock)).find((one) => one.of === of);
  return found ? `${found.how}: ${found.says}` : `nothing of ${of}`;
};

describe('[COMMAND6] faults on one’s own side', () => {
  test('a healthy node, before and after its start; nothing is made by looking', async () => {
    rmSync(config.folder, { recursive: true, force: true });
    expect((await alba.tries('doctor')).status).toBe(3);
    expect(existsSync(config.folder)).toBe(false);
    expect(await saidOf('seats')).toMatch(/^poor: Nothing listens at 127\.0\.0\.1/);
    await alba.start();
    const said = JSON.parse((await alba.tries('doctor', '--json')).said);
    const found = said.map(({ of, how }: { readonly of: string; readonly how: string }) => `${of} ${how}`);
    expect(found).toEqual([
      ...['issuing key good', 'disk good', 'store good', 'tls skipped', 'seats good', 'peer good'],
      ...['sfu poor', 'relay poor', 'counterparts skipped'],
    ]);
  }, 60_000);

  test('no issuing key; one that others may read; one that ends soon, or has ended', async () => {
    chmodSync(config.identity, 0o755);
    expect(await saidOf('issuing key')).toMatch(/^bad: Others on this machine can look into/);
    chmodSync(config.identity, 0o700);
    const at = (days: number) => ({ ...systemClock, now: () => Date.now() + days * 86_400_000 });
    expect(await saidOf('issuing key', {}, at(29))).toMatch(/^poor: Certified until .*, in 0 days\.$/);
    expect(await saidOf('issuing key', {}, at(31))).toMatch(/^bad: Its certificate has ended/);
    expect(await saidOf('counterparts', {}, at(31))).toMatch(/^skipped/);
    rmSync(config.identity, { recursive: true });
    expect(await saidOf('issuing key')).toBe('bad: There is none that works (identity.none).');
  }, 60_000);

  test('a damaged store; a port that another program has; addresses and names that are none', async () => {
    await alba.parley('counterparts');
    const bytes = readFileSync(databaseOf(config));
    bytes.fill(7, 4_096, 12_288);
    writeFileSync(databaseOf(config), bytes);
    expect(await saidOf('store')).toMatch(/^bad: .* is damaged/);
    const other = createServer((socket) => socket.destroy());
    onTestFinished(() => void other.close());
    await new Promise<void>((resolve) => other.listen(config.seats.port, '127.0.0.1', resolve));
    expect(await saidOf('seats')).toMatch(/^bad: Something listens at port \d+, but no node answers/);
    expect(await saidOf('peer', { peer: { ...config.peer, address: '203.0.113.9' } })).toMatch(
      /^bad: .*no address of this/,
    );
    const nowhere = { ...config.peer, origin: 'https://nowhere.invalid' };
    expect(await saidOf('peer', { peer: nowhere })).toBe('bad: The name nowhere.invalid has no address.');
    expect(await saidOf('sfu', { sfu: { ...config.sfu, address: '203.0.113.9' } })).toMatch(
      /^bad: 203\.0\.113\.9 is no/,
    );
    expect(await saidOf('sfu')).toMatch(/^poor: It listens on loopback/);
  }, 60_000);

  test('TLS: the key of another certificate, another name, not valid any more', async ({ skip }) => {
    const folder = town.at('tls');
    mkdirSync(folder);
    const made = async (name: string, host: string): Promise<NonNullable<NodeConfig['tls']>> => {
      const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
      const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.key];
      await run('openssl', ['req', '-x509', ...key, ...subject, '-days', '20', '-out', files.certificate]);
      return files;
    };
    const own = await made('own', 'alba.localhost').catch((error: NodeJS.ErrnoException) => error);
    if (own instanceof Error) return skip('openssl, which makes certificates, is not on this machine');
    const other = await made('other', 'borland.localhost');
    expect(await saidOf('tls', { tls: own })).toMatch(/^good: Valid until .*, in 19 days\.$/);
    expect(await saidOf('tls', { tls: { ...own, key: other.key } })).toMatch(/^bad: .*other\.key is not the key of/);
    expect(await saidOf('tls', { tls: other })).toMatch(/^bad: .*other\.pem is not for alba\.localhost\.$/);
    expect(await saidOf('tls', { tls: { ...own, key: join(folder, 'none') } })).toMatch(/^bad: ENOENT/);
    const late = { ...systemClock, now: () => Date.now() + 21 * 86_400_000 };
    expect(await saidOf('tls', { tls: own }, late)).toMatch(/^bad: It ended on/);
    const soon = { ...systemClock, now: () => Date.now() + 10 * 86_400_000 };
    expect(await saidOf('tls', { tls: own }, soon)).toMatch(/^poor: Valid until/);
  }, 60_000);
});

const confirm = async (reader: Office, card: string): Promise<void> => {
  await reader.parley('introduce', card);
  await reader.parley('introduce', card, '--with', 'Mira Osei', '--by', 'telephone');
};

test('[COMMAND6] faults at a counterpart: away, not introduced there, another clock, another root', async () => {
  const borland = await town.office('Borland');
  await confirm(alba, borland.card);
  const of = 'counterpart Borland';
  expect(await saidOf(of)).toMatch(/^bad: .*Its node does not answer/);
  const node = await borland.start();
  expect(await saidOf(of)).toMatch(/^bad: .*Its node does not know this one/);
  await confirm(borland, alba.card);
  await expect.poll(() => saidOf(of), { timeout: 10_000 }).toMatch(/^good: .* answers, under its root/);
  const ahead = { ...systemClock, now: () => Date.now() + 40_000 };
  expect(await saidOf(of, {}, ahead)).toBe('poor: Its clock is -40 s off from this one.');
  const far = { ...systemClock, now: () => Date.now() + 3_600_000 };
  expect(await saidOf(of, {}, far)).toMatch(/^bad: .*Its clock and this one are more than a minute apart/);
  await node.stop();

  // Somebody else's node at Borland's address.
  const impostor = await town.office('Impostor');
  const text = readFileSync(impostor.config, 'utf8');
  const { origin, port } = borland.read().peer;
  writeFileSync(
    impostor.config,
    text.replace(/"peer": \{.*\}/, `"peer": { "origin": "${origin}", "address": "127.0.0.1", "port": ${port} }`),
  );
  await confirm(impostor, alba.card);
  await impostor.start();
  await expect.poll(() => saidOf(of), { timeout: 10_000 }).toMatch(/^bad: .*Another root answers there/);
  expect((await parley('doctor', '--config', alba.config)).status).toBe(1);
}, 90_000);
