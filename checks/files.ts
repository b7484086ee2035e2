import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './check.ts';

/**
 * The project's own files that match, by path from its root: what git tracks or would track.
 * @param patterns git pathspecs, `*` over folders too
 */
export async function files(...patterns: string[]): Promise<string[]> {
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const { stdout } = await promisify(execFile)('git', words, { cwd: root, maxBuffer: 1 << 24 });
  return [...new Set(stdout.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path))).sort();
}

/** Whether a file is test code: `x.test.ts`, `.long`, `.spec`, `.contract`, and what only they use: `testing`, `trial`, `vectors`. */
export function isTest(path: string): boolean {
  return /\.(test|long|spec|contract)\.tsx?$|\/(trial|testing|vectors)(\/|\.ts$|$)/.test(path);
}

/** A file's text, by its path from the root. */
export function text(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}

/** The text of a TypeScript file with its comments blanked; lines keep their numbers. */
export function withoutComments(source: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return source.replace(token, (found) => (found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found));
}
