import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import type { RootSigner } from '@parley/protocol/identity';
import { readFields } from './fields.ts';
import { freshEd, freshPq, fromText, rootSignerOf, toText } from './keys.ts';

/** Makes a root in a file (0600) that must not exist yet; refuses `file.exists` and `file.unwritable`. */
export const createRoot = (path: string): RootSigner | Refusal => {
  const [ed, pq] = [freshEd(), freshPq()];
  const text = JSON.stringify({ ed: toText(ed), pq: toText(pq) });
  try {
    // What cannot be made again is on the disk before anybody relies on it, and never overwritten.
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, text);
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return new Refusal(exists ? 'file.exists' : 'file.unwritable', path);
  }
  return rootSignerOf(ed, pq);
};

/** The root that a file holds; refuses `file.unreadable`. */
export const readRoot = (path: string): RootSigner | Refusal => {
  const fields = readFields(path, ['ed', 'pq']);
  if (fields instanceof Refusal) return fields;
  try {
    return rootSignerOf(fromText(fields.ed), fromText(fields.pq));
  } catch {
    return new Refusal('file.unreadable', `${path}: no keys of a root`);
  }
};
