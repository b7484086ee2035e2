import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** The program as it is run. */
export const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');

/** How a command ended. */
export type Ended = { readonly status: number; readonly said: string; readonly erred: string };

/** Runs `parley` with these words. */
export const parley = (...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], (error, said, erred) =>
      resolve({ status: error ? Number(error.code) : 0, said, erred }),
    );
  });
