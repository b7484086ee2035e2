import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChromium } from './chromium.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-chromium-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'cli.js'), 'console.log("no network"); process.exit(1)');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const find = (env: NodeJS.ProcessEnv = {}, root = false) =>
  findChromium({
    env: { PATH: join(folder, 'bin'), ...env },
    platform: 'linux',
    root,
    playwrights: join(folder, 'playwrights'),
    cli: join(folder, 'cli.js'),
    say: () => {},
  });

test('a configured path is taken, or refused without looking further', async () => {
  const path = await program('mine', 'echo Chromium 150.0.1.2');
  expect(await find({ PARLEY_CHROMIUM: path })).toEqual({ path, how: 'configured' });
  const wrong = await find({ PARLEY_CHROMIUM: join(folder, 'absent') });
  expect(wrong instanceof Refusal && wrong.lines[0]).toMatch(/^PARLEY_CHROMIUM: .*absent is not there/);
});

test('PATH: one that does not run or is too old is passed over', async () => {
  await program('bin/chromium', 'echo run: snap install chromium >&2; exit 1');
  await program('bin/chromium-browser', 'echo Chromium 120.0.0.0');
  const path = await program('bin/google-chrome', 'echo Google Chrome 149.0.0.0');
  expect(await find()).toEqual({ path, how: 'path' });
});

test("Playwright's own comes next", async () => {
  const path = await program('playwrights', 'echo Google Chrome for Testing 148.0.0.0');
  expect(await find()).toEqual({ path, how: 'playwright' });
});

test('Playwright is asked to install one', async () => {
  const own = join(folder, 'playwrights');
  const script = `#!/bin/sh\necho Chromium 150.0.0.0\n`;
  const install = `require('fs').writeFileSync(${JSON.stringify(own)}, ${JSON.stringify(script)}, { mode: 0o755 })`;
  await writeFile(join(folder, 'cli.js'), install);
  expect(await find()).toEqual({ path: own, how: 'playwright install' });
});

test('apt-get is asked where root', async () => {
  const chromium = join(folder, 'bin', 'chromium');
  const script = `[ "$1" = update ] || { echo '#!/bin/sh' > ${chromium}; echo 'echo Chromium 150.0.0.0' >> ${chromium}; /bin/chmod 755 ${chromium}; }`;
  await program('bin/apt-get', script);
  expect(await find({}, true)).toEqual({ path: chromium, how: 'apt-get' });
});

test('where nothing works, each way has its sentence and the last one says what to do', async () => {
  const result = await find();
  expect(result instanceof Refusal && result.lines).toEqual([
    'PATH: neither chromium nor google-chrome is on it.',
    `Playwright's own: ${join(folder, 'playwrights')} is not there.`,
    'playwright install chromium: no network.',
    'apt-get install chromium: apt-get is not on PATH.',
    'Install Chromium or Chrome 137 or later, or name its path in PARLEY_CHROMIUM, and run again.',
  ]);
});
