import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = [
  'web/src',
  'web/index.html',
  'web/rehearsal.html',
  'web/record.html',
  'web/vite.config.ts',
  'web/record.vite.ts',
  'protocol/src',
];

/** Folder of the built pages. */
export const builtPages = join(ROOT, 'web', 'dist');

const newest = (path: string): number => {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(path, { recursive: true, withFileTypes: true }).reduce(
    (latest, entry) =>
      entry.isFile() && !entry.name.includes('.test.')
        ? Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
        : latest,
    0,
  );
};

/** Whether the pages are built, and no source is newer than they are. */
export const arePagesBuilt = (): boolean => {
  const built = join(builtPages, 'rehearsal.html');
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  return SOURCES.every((source) => newest(join(ROOT, source)) <= mtimeMs);
};

/** Builds the pages until `signal` ends it; refused with `pages.not-built` and what the build said. */
export const buildPages = (signal?: AbortSignal): Promise<Refusal | null> =>
  new Promise((resolve) => {
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const child = spawn(process.execPath, [vite, 'build', join(ROOT, 'web'), '--logLevel', 'warn'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(part.toString()));
    child.once('error', (error) => resolve(new Refusal('pages.not-built', error.message)));
    child.once('exit', (code) =>
      resolve(code === 0 ? null : new Refusal('pages.not-built', said.join('').slice(-2_000))),
    );
  });
