import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testBinary } from './pair.ts';
import { type Ended, parley } from './parley.ts';

const BIN = join(import.meta.dirname, '..', 'bin', 'parley.js');
const folder = mkdtempSync(join(tmpdir(), 'parley-start-'));
const at = (...names: readonly string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let binary: string;
beforeAll(async () => {
  binary = await testBinary();
}, 300_000);

/** Starts a node as people do, by the program that npm puts in place; for a node that does not start. */
const start = (config: string): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, PARLEY_LIVEKIT: binary };
    execFile(process.execPath, [BIN, 'start', '--config', config], { env, timeout: 30_000 }, (error, said, erred) =>
      resolve({ status: error ? Number(error.code) : 0, said, erred }),
    );
  });

/** A configuration whose pages are there, so that nothing is built. */
const made = async (name: string, change: (text: string) => string, ...more: readonly string[]): Promise<string> => {
  const ended = await parley('init', at(name), '--name', name, ...more);
  if (ended.status !== 0) throw new Error(ended.erred);
  const config = at(name, 'parley.jsonc');
  mkdirSync(at(name, 'web', 'assets'), { recursive: true });
  writeFileSync(config, change(readFileSync(config, 'utf8').replace('"folder"', '"web": "web", "folder"')));
  return config;
};

const PLAIN = ['--plain', '--seats', 'http://a.localhost:21001', '--peer', 'http://a.localhost:21002'];
const SECURE = ['--seats', 'https://a.example:21001', '--peer', 'https://a.example:21002', '--sfu', '127.0.0.1'];

test('[NODE15] [COMMAND3] a node that cannot start says so in a sentence, and ends with 2', async () => {
  const cases = {
    'config.none': at('nowhere'),
    'identity.none': await made('Unsigned', (text) => text, ...PLAIN, '--root-elsewhere'),
    'tls.unusable': await made('Bare', (text) => text, ...SECURE),
    'relay.secret': await made(
      'Secretless',
      (text) => text.replace('"relay": null', '"relay": { "urls": ["turn:127.0.0.1"], "secret": "none" }'),
      ...PLAIN,
    ),
  };
  for (const [code, config] of Object.entries(cases)) {
    const ended = await start(config);
    expect(ended.status, `${code}: ${ended.erred}`).toBe(2);
    const [line, advice] = ended.erred.trim().split('\n');
    expect(line).toMatch(new RegExp(`^${code.replace('.', '\\.')}`));
    expect(advice, code).toMatch(/\w/);
    expect(ended.erred).not.toMatch(/\bat \S+:\d+:\d+|Warning/);
  }
}, 120_000);

test('[COMMAND3] what is asked for help, or without what it needs, answers with what it is', async () => {
  for (const words of [['help'], ['-h'], ['--help']])
    expect(await parley(...words)).toMatchObject({ status: 0, erred: '' });
  expect((await parley('--version')).said).toMatch(/^parley \d+\.\d+\.\d+$/m);
  expect((await parley('accept', '-h')).said).toContain('accept NUMBER');
  expect((await parley('accept')).erred).toContain('something is missing: parley accept NUMBER');
  expect((await parley('init', at('x'), '--name', 'X')).erred).toContain('this is missing: --seats, --peer');
  const slash = ['--seats', 'https://a.example/', '--peer', 'https://a.example:1'];
  expect((await parley('init', at('x'), '--name', 'X', ...slash)).erred).toContain('no slash at the end');
}, 60_000);
