import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, Refusal } from '@parley/protocol/bytes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adviceOn } from '../src/commands/advice.ts';
import type { World } from '../src/commands/command.ts';
import { shown } from '../src/commands/shown.ts';
import { databaseOf, readConfig } from '../src/config/config.ts';

// Every command that reads a file, given every file that is not what it wants.
const load = {
  init: () => import('../src/commands/init.ts'),
  introduce: () => import('../src/commands/introduce.ts'),
  propose: () => import('../src/commands/propose.ts'),
  verify: () => import('../src/commands/verify.ts'),
  restore: () => import('../src/commands/restore.ts'),
  backup: () => import('../src/commands/backup.ts'),
  request: () => import('../src/commands/request.ts'),
  certificate: () => import('../src/commands/certificate.ts'),
  counterparts: () => import('../src/commands/counterparts.ts'),
  doctor: () => import('../src/commands/doctor.ts'),
  start: () => import('../src/commands/start.ts'),
  'root create': () => import('../src/commands/root-create.ts'),
  'root certify': () => import('../src/commands/root-certify.ts'),
};

let folder: string;
const at = (...names: readonly string[]) => join(folder, ...names);
const said: string[] = [];
const world: World = {
  say: (line) => void said.push(line),
  now: Date.now,
  env: {},
  binary: async () => new Refusal('sfu.unavailable', 'tests have none'),
};
const run = async (name: keyof typeof load, ...words: readonly string[]): Promise<number | Refusal> =>
  (await load[name]()).default.run(words, world);
const must = async (name: keyof typeof load, ...words: readonly string[]): Promise<void> => {
  const ended = await run(name, ...words);
  if (ended !== 0) throw new Error(ended instanceof Refusal ? `${name}: ${ended.code} ${ended.detail}` : name);
};
const CONFIG = () => ['--config', at('alba', 'parley.jsonc')] as const;

/** What commands write, by what it is: each is a wrong file to all the others. */
const good = () => ({
  configuration: at('alba', 'parley.jsonc'),
  introduction: at('borland.introduction'),
  request: at('borland.request'),
  root: at('a.root'),
  certified: at('borland.certified'),
  backup: at('alba.backup'),
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-files-'));
  for (const name of ['alba', 'borland']) {
    const doors = ['--seats', `http://${name}.localhost:4001`, '--peer', `http://${name}.localhost:4002`, '--plain'];
    await must('init', at(name), '--name', name === 'alba' ? 'Alba' : 'Borland', ...doors);
    await must('introduce', '--out', at(`${name}.introduction`), '--config', at(name, 'parley.jsonc'));
  }
  mkdirSync(at('borland', 'data'));
  await must('counterparts', ...CONFIG());
  await must('backup', '--out', at('alba.backup'), ...CONFIG());
  await must('root create', at('a.root'));
  await must('request', '--out', at('borland.request'), '--config', at('borland', 'parley.jsonc'));
  await must('root certify', at('borland.request'), '--root', at('a.root'), '--out', at('borland.certified'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files that nobody wants, each made anew. */
const bad: { readonly [what: string]: (path: string) => void } = {
  nothing: () => {},
  'a folder': (path) => void mkdirSync(path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'an empty file': (path) => writeFileSync(path, ''),
  'a line': (path) => writeFileSync(path, 'This is no file of Parley.\n'),
  noise: (path) =>
    writeFileSync(path, Buffer.from(Array.from({ length: 3_000 }, (_, n) => (n * 167 + (n >> 3)) & 255))),
  'a file of 600 MB': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 600_000_000);
  },
  'nested JSON': (path) => writeFileSync(path, '['.repeat(200_000)),
  'nested CBOR': (path) => writeFileSync(path, Buffer.alloc(3_000, 0x81)),
  'another shape': (path) => writeFileSync(path, encode({ body: 7, v: [], sig: 'no' })),
  'JSON in UTF-16': (path) => writeFileSync(path, Buffer.from('{ "name": "Alba" }', 'utf16le')),
  'a name that turns the writing': (path) => writeFileSync(path, '{ "name": "A\u202elb\u0000a", "\u001b[2J": 1 }'),
};

/** What reads a file, by what it wants. */
const readers: { readonly [wants: string]: (path: string) => Promise<number | Refusal> } = {
  configuration: (path) => run('counterparts', '--config', path),
  'configuration (doctor)': (path) => run('doctor', '--config', path),
  'configuration (verify)': (path) => run('verify', at('alba.introduction'), '--config', path),
  introduction: (path) => run('introduce', path, ...CONFIG()),
  plan: (path) => run('propose', path, ...CONFIG()),
  record: (path) => run('verify', path),
  backup: (path) => run('restore', path, '--config', at('borland', 'parley.jsonc')),
  request: (path) => run('root certify', path, '--root', at('a.root'), '--out', at('never')),
  root: (path) => run('root certify', at('borland.request'), '--root', path, '--out', at('never')),
  certified: (path) => run('certificate', path, ...CONFIG()),
};

const cut = (of: string, path: string): void => {
  const whole = readFileSync(of);
  writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2)));
};

for (const [wants, read] of Object.entries(readers))
  test(`[COMMAND3] whatever stands where a ${wants} is wanted: a sentence, and nothing is changed`, async () => {
    const kept = () => [...readdirSync(at('alba')), ...readdirSync(at('borland'))].sort().join(' ');
    const before = kept();
    const one = at('bad');
    const files: { readonly [what: string]: (path: string) => void } = { ...bad };
    const own = wants.split(' ')[0] ?? '';
    const wrong = Object.entries(good()).filter(([what]) => what !== own);
    const half = Object.entries(good()).filter(([what]) => what === own);
    const all = [
      ...Object.entries(files),
      ...wrong.map(([what, path]) => [`a ${what}`, (to: string) => writeFileSync(to, readFileSync(path))] as const),
      ...half.map(([what, path]) => [`half a ${what}`, (to: string) => cut(path, to)] as const),
    ];
    for (const [what, make] of all) {
      rmSync(one, { recursive: true, force: true });
      make(one);
      said.length = 0;
      const ended = await read(one);
      // What was judged and does not stand is said as such; all else is a refusal of the command.
      if (!(ended instanceof Refusal)) {
        expect([wants, ended, said[0]], what).toEqual(['record', 1, 'This record does not stand.']);
        continue;
      }
      expect(ended.code, what).toMatch(/^[a-z]+\.[a-z-]+$/);
      expect(adviceOn(ended), `${what}: ${ended.code}`).not.toBeNull();
      expect(shown(ended.detail), what).toBe(ended.detail);
    }
    expect(existsSync(at('never'))).toBe(false);
    expect(kept()).toBe(before);
    const config = readConfig(at('borland', 'parley.jsonc'));
    if (!(config instanceof Refusal)) expect(existsSync(databaseOf(config))).toBe(false);
  }, 60_000);

test('[COMMAND3] a terminal is shown nothing that it would obey, or not show', () => {
  expect(shown('Mira Osei, Großkanzlerin, 李明, مريم')).toBe('Mira Osei, Großkanzlerin, 李明, مريم');
  expect(shown('two\nlines')).toBe('two\nlines');
  expect(shown('A\u202elba\u2069')).toBe('A\\u202elba\\u2069');
  expect(shown('\u001b[2JAl\u200bba\u3164\u{e0061}\ud800')).toBe('\\u001b[2JAl\\u200bba\\u3164\\udb40\\udc61\\ud800');
  // JSON stays the same JSON.
  expect(JSON.parse(shown(JSON.stringify({ name: 'A\u202el\u200cba' })))).toEqual({ name: 'A\u202el\u200cba' });
});
