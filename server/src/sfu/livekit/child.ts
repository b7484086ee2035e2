import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsPath } from './record.ts';

/** A running SFU: our own child, or one that an earlier start of this node began. */
export type Running = {
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
};

/** How often a process that is not our child is looked at. */
const LOOK_MS = 200;

/** Starts the SFU in a process group of its own, so that neither our death nor a Ctrl-C in the terminal ends it. */
export const launch = (binary: string, folder: string): Running | null => {
  const log = openSync(join(folder, 'sfu.log'), 'a', 0o600);
  const child = spawn(binary, ['--config', settingsPath(folder)], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH ?? '' }, // LiveKit also reads settings from its environment
  });
  closeSync(log);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.unref();
  return child.pid === undefined ? null : { pid: child.pid, gone };
};

const LONGEST_REASON = 300;

/** What the SFU said last of a failure, for whoever looks after it; where its log is, if it said nothing. */
export const lastFailure = (folder: string): string => {
  const path = join(folder, 'sfu.log');
  try {
    const failed = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .findLast((line) => /error|fatal|address already in use/i.test(line));
    return failed ? `${failed.slice(0, LONGEST_REASON)} (${path})` : `see ${path}`;
  } catch {
    return `see ${path}`;
  }
};

/** Watches a process that is not our child, so that nobody tells of its end: `lives` says whether it is there. */
export const watch = (pid: number, lives: () => boolean): Running => ({
  pid,
  gone: new Promise((resolve) => {
    const look = setInterval(() => {
      if (lives()) return;
      clearInterval(look);
      resolve();
    }, LOOK_MS);
    look.unref();
  }),
});

/** Whether the SFU answers at this address. */
export const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000), redirect: 'error' });
    return response.ok;
  } catch {
    return false;
  }
};

/** Asks a process to end, and ends it after `graceMs`. */
export const end = async (running: Running, graceMs: number): Promise<void> => {
  const signal = (name: 'SIGTERM' | 'SIGKILL') => {
    try {
      process.kill(running.pid, name);
    } catch {
      // gone already
    }
  };
  signal('SIGTERM');
  const timer = setTimeout(() => signal('SIGKILL'), graceMs);
  await running.gone;
  clearTimeout(timer);
};
