import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checks, runChecks } from './all.ts';
import { type Count, lastLines, ofPlaywright, ofVitest } from './counts.ts';
import { run } from './tool.ts';

/** `npm test`: check, unit and contract tests, end to end. All of it runs even where a part fails; the last lines count. */
const folder = await mkdtemp(join(tmpdir(), 'parley-test-'));
const began = performance.now();
const say = (line: string): void => console.log(line);
const counts: Count[] = [];

/** Runs a test program whose JSON report goes to a file, and counts what the file says. */
async function counted(
  name: string,
  program: string,
  words: string[],
  count: (report: unknown) => Omit<Count, 'name'>,
): Promise<void> {
  say(`\n== ${name}`);
  const file = join(folder, `${name}.json`);
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const { code } = await run(
    program,
    words.map((word) => word.replace('REPORT', file)),
    { show: true, env },
  );
  const report = await readFile(file, 'utf8').catch(() => null);
  const found = report === null ? { passed: 0, failed: [], skipped: [] } : count(JSON.parse(report));
  const broken = code !== 0 && found.failed.length === 0;
  counts.push({ name, ...found, failed: broken ? [`${name} ended with code ${code}`] : found.failed });
}

try {
  say('== check');
  const failed = await runChecks(checks, say);
  counts.push({ name: 'check', passed: checks.length - failed.length, failed, skipped: [] });
  await counted(
    'unit',
    'vitest',
    ['run', '--maxWorkers=100%', '--reporter=default', '--reporter=json', '--outputFile.json=REPORT'],
    ofVitest,
  );
  say('\n== build');
  const built = await run('vite', ['build', 'web', '--logLevel', 'warn'], { show: true });
  counts.push({
    name: 'build',
    passed: built.code === 0 ? 1 : 0,
    failed: built.code === 0 ? [] : ['vite build web'],
    skipped: [],
  });
  await counted('e2e', 'playwright', ['test', '--reporter=list,json'], ofPlaywright);
} finally {
  await rm(folder, { recursive: true, force: true });
}

for (const line of lastLines(counts, (performance.now() - began) / 1000)) say(line);
if (counts.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
