import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a node remembers of its SFU across its own death. Holds a secret: the file is 0600. */
export type SfuRecord = {
  readonly pid: number;
  readonly port: number;
  readonly mediaPort: number;
  readonly key: string;
  readonly secret: string;
};

const path = (folder: string): string => join(folder, 'sfu.json');

/** Path of the SFU's settings; it stands in the child's command line, by which the child is known again. */
export const settingsPath = (folder: string): string => join(folder, 'sfu-settings.json');

const isRecord = (value: unknown): value is SfuRecord =>
  typeof value === 'object' &&
  value !== null &&
  ['pid', 'port', 'mediaPort'].every((name) => Number.isSafeInteger(Reflect.get(value, name))) &&
  ['key', 'secret'].every((name) => typeof Reflect.get(value, name) === 'string');

/** The record of an earlier start, or null where there is none that can be read. */
export const readRecord = (folder: string): SfuRecord | null => {
  try {
    const value: unknown = JSON.parse(readFileSync(path(folder), 'utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
};

/** Writes a file that only this user may read, whole or not at all. */
export const writePrivate = (file: string, text: string): void => {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

/** Remembers the SFU. */
export const writeRecord = (folder: string, record: SfuRecord): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writePrivate(path(folder), JSON.stringify(record));
};

/** Forgets the SFU. */
export const removeRecord = (folder: string): void => rmSync(path(folder), { force: true });

const commandLine = (pid: number): string => {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
};

/**
 * Whether the process of that number still is the SFU of this folder: numbers are used again, and one that ended may
 * keep its number, without a command line, until somebody has asked how it ended.
 */
export const isOurs = (folder: string, pid: number): boolean => commandLine(pid).includes(settingsPath(folder));

/** Ends the SFU that an earlier start left behind, if it lives. Returns whether there was one. */
export const endLeftBehind = (folder: string): boolean => {
  const record = readRecord(folder);
  if (!record) return false;
  const living = isOurs(folder, record.pid);
  if (living) process.kill(record.pid, 'SIGKILL');
  removeRecord(folder);
  return living;
};
