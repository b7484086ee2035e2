import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Refusal } from '@parley/protocol/bytes';

const WAIT_MS = 1_000;

/**
 * Holds a folder for one node: two that sign from one store would each prove the other a liar. SQLite's lock is the
 * system's own, and gone with the process however that ends. The returned function lets go. Refuses `node.running`.
 */
export const holdFolder = (folder: string): (() => void) | Refusal => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'held.sqlite');
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: WAIT_MS });
  try {
    database.exec('begin exclusive');
    return () => {
      if (database.isOpen) database.close();
    };
  } catch {
    database.close();
    return new Refusal('node.running', folder);
  }
};
