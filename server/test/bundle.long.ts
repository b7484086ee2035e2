import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeBundle } from '../bundle/make.ts';

const run = promisify(execFile);
const LINUX_ROOT = process.platform === 'linux' && process.getuid?.() === 0;

test.skipIf(!LINUX_ROOT)('a bundle is unpacked and started on a machine without a network, Node or cache', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bundle-test-'));
  const host = `parley-bundle-${process.pid}`;
  execFileSync('ip', ['netns', 'add', host]);
  try {
    execFileSync('ip', ['-n', host, 'link', 'set', 'lo', 'up']);
    await makeBundle(join(folder, 'parley.tgz'));
    execFileSync('tar', ['-xzf', 'parley.tgz'], { cwd: folder });
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: join(folder, 'home'),
      PARLEY_CONFIG: join(folder, 'alba', 'parley.jsonc'),
    };
    const parley = (...words: readonly string[]) => {
      const all = ['netns', 'exec', host, join(folder, 'parley', 'parley'), ...words];
      return run('ip', all, { env, cwd: folder });
    };
    const origins = ['--seats', 'http://alba.localhost:21101', '--peer', 'http://alba.localhost:21102'];
    await parley('init', join(folder, 'alba'), '--name', 'Alba', '--plain', ...origins);
    const node = execFile('ip', ['netns', 'exec', host, join(folder, 'parley', 'parley'), 'start'], { env });
    try {
      const answers = async () => {
        const { stdout } = await parley('doctor', '--json').catch((error: { readonly stdout: string }) => error);
        const found: readonly { readonly of: string; readonly how: string }[] = JSON.parse(stdout);
        return found.filter(({ how }) => how === 'good').map(({ of }) => of);
      };
      await expect
        .poll(answers, { timeout: 30_000, interval: 500 })
        .toEqual(expect.arrayContaining(['issuing key', 'store', 'seats', 'peer']));
    } finally {
      const ended = new Promise((resolve) => node.once('exit', resolve));
      node.kill('SIGTERM');
      await ended;
    }
  } finally {
    execFileSync('ip', ['netns', 'del', host]);
    rmSync(folder, { recursive: true, force: true });
  }
});
