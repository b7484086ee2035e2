import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stands in the lock file of a running rehearsal. */
export type Running = {
  /** Names this start; its own door repeats it, which a process number alone does not prove. */
  readonly instance: string;
  readonly pid: number;
  /** Address of the rehearsal page, and the port at which its door answers on 127.0.0.1; null while starting. */
  readonly url: string | null;
  readonly port: number | null;
  /** Processes of its nodes. */
  readonly nodes: readonly number[];
};

const path = (data: string): string => join(data, 'rehearsal.json');
const STARTING_MS = 20_000;
const ENDING_MS = 3_000;

const read = (data: string): (Running & { readonly at: number }) | null => {
  try {
    return JSON.parse(readFileSync(path(data), 'utf8')); // this very module wrote it
  } catch {
    return null;
  }
};

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Whether the rehearsal that wrote the file still runs: its door must give its name. */
const isRunning = async (found: Running & { readonly at: number }): Promise<boolean> => {
  if (!lives(found.pid)) return false;
  if (found.port === null) return Date.now() - found.at < STARTING_MS;
  try {
    const answer = await fetch(`http://127.0.0.1:${found.port}/api/instance`, { signal: AbortSignal.timeout(1_000) });
    return (await answer.text()) === found.instance;
  } catch {
    return false;
  }
};

const gone = async (pids: readonly number[]): Promise<void> => {
  const until = Date.now() + ENDING_MS;
  while (pids.some(lives) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** Takes a data folder for one rehearsal; the answer is the rehearsal that has it already, or null. */
export const takeLock = async (data: string, own: Running): Promise<Running | null> => {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      writeFileSync(path(data), JSON.stringify({ ...own, at: Date.now() }), { flag: 'wx', mode: 0o600 });
      return null;
    } catch (error) {
      if (!(error instanceof Error && Reflect.get(error, 'code') === 'EEXIST')) throw error;
    }
    const found = read(data);
    if (found && (await isRunning(found))) return found;
    // Left behind. Its nodes notice that their supervisor is gone, and end by themselves.
    if (found) await gone(found.nodes ?? []);
    rmSync(path(data), { force: true });
  }
};

/** Says more about the rehearsal that has the lock. */
export const updateLock = (data: string, own: Running): void => {
  writeFileSync(`${path(data)}.new`, JSON.stringify({ ...own, at: Date.now() }), { mode: 0o600 });
  renameSync(`${path(data)}.new`, path(data));
};

/** Gives the data folder back. */
export const dropLock = (data: string): void => rmSync(path(data), { force: true });
