import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Refusal } from '@parley/protocol/bytes';
import { openSqlite } from './sqlite.ts';

/** Copies a store into a new file, at one moment of it; its node may be running. Refuses `file.unwritable`. */
export const copyStore = (from: string, to: string): Refusal | null => {
  const database = new DatabaseSync(from, { timeout: 5_000 });
  try {
    closeSync(openSync(`${to}.new`, 'w', 0o600)); // SQLite writes into an empty file, and keeps its rights
    database.prepare('vacuum into ?').run(`${to}.new`);
    renameSync(`${to}.new`, to);
    return null;
  } catch (error) {
    rmSync(`${to}.new`, { force: true });
    return new Refusal('file.unwritable', error instanceof Error ? error.message : to);
  } finally {
    database.close();
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
