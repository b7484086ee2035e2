import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { type Check, root } from './check.ts';

/** This environment with the project's own programs, the pinned Node first among them. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
};

/**
 * Runs a program of the project to its end.
 * @param show whether its words go to this terminal as they come; they are kept only when not shown
 */
export function run(
  command: string,
  words: readonly string[],
  { show = false, env = {} }: { show?: boolean; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number; out: string }> {
  return new Promise((done) => {
    const stdio = show ? 'inherit' : 'pipe';
    const child = spawn(command, words, {
      cwd: root,
      env: { ...environment, ...(show ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined }), ...env },
      stdio: ['ignore', stdio, stdio],
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => {
        out += piece;
      });
    }
    child.on('error', (error) => done({ code: 1, out: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, out }));
  });
}

/** A check that a program makes: wrong where it ends with another code than 0. */
export function tool(name: string, command: string, ...words: string[]): Check {
  return {
    name,
    find: async () => {
      const { code, out } = await run(command, words);
      return { wrong: code === 0 ? [] : [out.trim()] };
    },
  };
}
