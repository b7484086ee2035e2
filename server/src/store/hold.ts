import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Refusal } from '@parley/protocol/bytes';

const WAIT_MS = 1_000;

/**
 * Holds a folder for one node: two that sign from one store would each prove the other a liar. SQLite's lock is the
 * system's own, and gone with the process however that ends. The returned function lets go. Refuses `node.running`.
 */
export const holdFolder = (folder: string, timeout = WAIT_MS): (() => void) | Refusal => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'held.sqlite');
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout });
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

/** Whether a node holds a folder now. Nothing is made where there is none. */
export const isHeld = (folder: string): boolean => {
  if (!existsSync(join(folder, 'held.sqlite'))) return false;
  const letGo = holdFolder(folder, 0);
  if (letGo instanceof Refusal) return true;
  letGo();
  return false;
};
