import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { type Bytes, Refusal } from '@parley/protocol/bytes';

/** What a file holds, up to `limit` bytes; refuses `file.too-long` and `file.unreadable`. */
export const readBytes = (path: string, limit: number): Bytes | Refusal => {
  try {
    const about = statSync(path);
    if (!about.isFile()) return new Refusal('file.unreadable', `${path}: it is no file`);
    if (about.size > limit) return new Refusal('file.too-long', `${path}: ${about.size} bytes`);
    const bytes = new Uint8Array(readFileSync(path));
    return bytes.length > limit ? new Refusal('file.too-long', path) : bytes;
  } catch (error) {
    return new Refusal('file.unreadable', error instanceof Error ? error.message : path);
  }
};

/** Writes a new file (0600), whole or not at all; refuses `file.exists` and `file.unwritable`. */
export const writeNew = (path: string, content: Uint8Array | string): Refusal | null => {
  if (existsSync(path)) return new Refusal('file.exists', path);
  try {
    writeFileSync(`${path}.new`, content, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
    return null;
  } catch (error) {
    return new Refusal('file.unwritable', error instanceof Error ? error.message : path);
  }
};
