import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRoot, whatIsMissing } from './installed.js';

const corrected = ['clientState.js', 'createCommit.js'].map((name) => `node_modules/ts-mls/dist/src/${name}`);

/** Stands in for the rehearsal: says its arguments, then ends of itself on the first signal. */
const main = `
process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(7); });
let heard = 0;
process.on('SIGINT', () => { heard++; setImmediate(() => { console.log('SIGINT', heard); process.exit(5); }); });
setInterval(() => {}, 1000);
const words: string[] = process.argv.slice(2);
console.log(process.version, process.pid, ...words);
`;

let tree: string;
let started: ChildProcess[];

beforeEach(async () => {
  started = [];
  tree = await mkdtemp(join(tmpdir(), 'parley-tree-'));
  await mkdir(join(tree, 'server', 'src'), { recursive: true });
  await mkdir(join(tree, 'node_modules'));
  for (const name of ['parley.js', 'installed.js', 'tether.js']) {
    await mkdir(join(tree, 'server', 'bin'), { recursive: true });
    await copyFile(join(import.meta.dirname, name), join(tree, 'server', 'bin', name));
  }
  await writeFile(join(tree, 'server', 'src', 'main.ts'), main);
  await copyFile(join(projectRoot, 'package.json'), join(tree, 'package.json'));
  await cp(join(projectRoot, 'patches'), join(tree, 'patches'), { recursive: true });
  for (const path of [
    'node_modules/ts-mls/package.json',
    'node_modules/ts-mls/dist/src/createCommit.d.ts',
    ...corrected,
  ]) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await copyFile(join(projectRoot, path), join(tree, path));
  }
  await symlink(join(projectRoot, 'node_modules', 'node'), join(tree, 'node_modules', 'node'));
});

afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rm(tree, { recursive: true, force: true });
});

/** Starts parley.js in the tree and gives it back with its first line. */
async function start(...words: string[]): Promise<{ child: ChildProcess; first: string; rest: () => Promise<string> }> {
  const child = spawn(process.execPath, [join(tree, 'server', 'bin', 'parley.js'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
  });
  while (!out.includes('\n')) await once(child.stdout, 'data');
  const ended = once(child.stdout, 'close');
  return { child, first: out, rest: () => ended.then(() => out) };
}

async function refusal(): Promise<string> {
  const done = promisify(execFile)(process.execPath, [join(tree, 'server', 'bin', 'parley.js'), 'rehearse']);
  const failed: unknown = await done.catch((error: unknown) => error);
  if (!(failed instanceof Error) || !('stderr' in failed)) throw new Error('it started');
  return String(failed.stderr);
}

test('the whole installation runs main.ts under the pinned Node with its arguments', async () => {
  expect(await whatIsMissing(tree)).toEqual([]);
  const { child, first, rest } = await start('rehearse', '--port', '1');
  expect(first).toMatch(/^v26\.10\.0 \d+ rehearse --port 1\n$/);
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect(await rest()).toContain('SIGINT 1\n');
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(5);
});

test('when parley.js is killed outright, what it started ends too', async () => {
  const { child, rest } = await start();
  child.kill('SIGKILL');
  // The output ends only when nobody holds it any more: no process is left.
  expect(await rest()).toContain('SIGTERM');
});

test('installed with --ignore-scripts: neither pinned Node nor correction, said both, not started', async () => {
  // What the package looks like before its corrections: the patch, taken back.
  const patcher = join(projectRoot, 'node_modules', 'patch-package', 'index.js');
  await promisify(execFile)(process.execPath, [patcher, '--reverse'], { cwd: tree });
  await rm(join(tree, 'node_modules', 'node'));
  const words = await refusal();
  expect(words).toMatch(/^Parley does not start/);
  expect(words).toContain('The pinned Node is not installed');
  for (const path of corrected) expect(words).toContain(`${path} does not carry the correction`);
  expect(words).toMatch(/npm ci .*without --ignore-scripts/);
});

test('the correction is missed when it cannot be shown: no digests, a digest too few, a file gone, another copy', async () => {
  const digests = join(tree, 'patches', 'ts-mls.sha256');
  const lines = await readFile(digests, 'utf8');
  await writeFile(digests, lines.split('\n').slice(1).join('\n'));
  expect(await whatIsMissing(tree)).toEqual([
    expect.stringMatching(/clientState.js, which is corrected, is not recorded/),
  ]);
  await rm(digests);
  expect(await whatIsMissing(tree)).toEqual([expect.stringMatching(/^No digests of corrected files/)]);
  await writeFile(digests, lines);
  await mkdir(join(tree, 'protocol', 'node_modules', 'ts-mls'), { recursive: true });
  expect(await whatIsMissing(tree)).toContainEqual(
    expect.stringMatching(/would be used in place of the corrected one/),
  );
  await rm(join(tree, 'protocol'), { recursive: true });
  await rm(join(tree, corrected[0] ?? ''));
  expect(await whatIsMissing(tree)).toEqual([expect.stringMatching(/is not installed/)]);
  await rm(join(tree, 'patches'), { recursive: true });
  expect(await whatIsMissing(tree)).toEqual([expect.stringMatching(/cannot be checked/)]);
});

test('another Node than the pinned one is said', async () => {
  const path = join(tree, 'package.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/"node": "\d[^"]*"/, '"node": "26.0.1"'));
  expect(await whatIsMissing(tree)).toEqual(['The pinned Node is v26.0.1; installed is v26.10.0.']);
});
