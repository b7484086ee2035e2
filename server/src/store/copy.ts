import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Bytes, Refusal } from '@parley/protocol/bytes';
import { openSqlite } from './sqlite.ts';

/**
 * Copies a store into a new file, at one moment of it, and notes there whose it is (a root; null where there is none yet);
 * its node may be running. Refuses `file.unwritable`.
 */
export const copyStore = (from: string, to: string, root: Bytes | null): Refusal | null => {
  const database = new DatabaseSync(from, { timeout: 5_000 });
  try {
    closeSync(openSync(`${to}.new`, 'w', 0o600)); // SQLite writes into an empty file, and keeps its rights
    database.prepare('vacuum into ?').run(`${to}.new`);
    if (root) noteOwner(`${to}.new`, root);
    renameSync(`${to}.new`, to);
    return null;
  } catch (error) {
    rmSync(`${to}.new`, { force: true });
    return new Refusal('file.unwritable', error instanceof Error ? error.message : to);
  } finally {
    database.close();
  }
};

const noteOwner = (path: string, root: Bytes): void => {
  const copy = new DatabaseSync(path);
  try {
    copy.exec('create table if not exists backup_of (root blob not null); delete from backup_of');
    copy.prepare('insert into backup_of values (?)').run(root);
  } finally {
    copy.close();
  }
};

/** Takes out of a copy whose store it is; null where it does not say. The copy must be whole. */
export const takeOwner = (path: string): Bytes | null => {
  const copy = new DatabaseSync(path);
  try {
    if (!copy.prepare("select 1 from sqlite_master where name = 'backup_of'").get()) return null;
    const root = copy.prepare('select root from backup_of').get()?.root;
    copy.exec('drop table backup_of');
    return root instanceof Uint8Array ? new Uint8Array(root) : null;
  } finally {
    copy.close();
  }
};

/** Whether a file holds a whole store of this version or an earlier one; refuses `file.unreadable`. */
export const checkStore = async (path: string): Promise<Refusal | null> => {
  if (!existsSync(path)) return new Refusal('file.unreadable', `${path}: there is none`);
  try {
    const database = new DatabaseSync(path);
    const found = database.prepare('pragma integrity_check').get();
    const known = database.prepare("select count(*) as n from sqlite_master where name = 'kysely_migration'").get();
    database.close();
    if (found?.integrity_check !== 'ok' || known?.n !== 1) return new Refusal('file.unreadable', `${path}: damaged`);
    const store = await openSqlite(path);
    await store.close();
    return null;
  } catch (error) {
    return new Refusal('file.unreadable', `${path}: ${error instanceof Error ? error.message : 'no store'}`);
  }
};
