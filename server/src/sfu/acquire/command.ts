import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** What a finished command left: its exit code (null where it could not be started or was stopped) and its words. */
export type Ended = { readonly code: number | null; readonly out: string };

/** How a command is run: the time after which it is stopped, its environment, and who hears each line it writes. */
export type CommandOptions = {
  readonly withinMs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
};

const keptChars = 64_000;

/**
 * Runs a command to its end without a shell and never throws: a command that is missing, is stopped by time or
 * by the signal ends with code null. `out` holds the last 64,000 characters of both outputs together.
 */
export function run(command: string, args: readonly string[], options: CommandOptions): Promise<Ended> {
  return new Promise((done) => {
    let out = '';
    let line = '';
    const hear = (chunk: string): void => {
      out = (out + chunk).slice(-keptChars);
      if (!options.onLine) return;
      const lines = (line + chunk).split('\n');
      line = lines.pop() ?? '';
      for (const each of lines) options.onLine(each);
    };
    if (options.signal?.aborted) return done({ code: null, out: 'stopped' });
    const child = spawn(command, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(() => {
      hear(`stopped after ${options.withinMs / 1000} s\n`);
      stop();
    }, options.withinMs);
    options.signal?.addEventListener('abort', stop, { once: true });
    const end = (code: number | null): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stop);
      done({ code, out });
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.on('error', (error) => {
      hear(error.message);
      end(null);
    });
    child.on('close', end);
  });
}

/** Whether `path` is a file that this process may execute. */
export async function executable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The first executable called `name` in the folders of `PATH`, or null. */
export async function onPath(name: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    if (await executable(path)) return path;
  }
  return null;
}

/** The last line with words in it of what a command wrote, for a sentence about why it failed. */
export function lastWords(ended: Ended): string {
  const lines = ended.out.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '') ?? 'it said nothing';
}
