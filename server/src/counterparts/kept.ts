import { existsSync } from 'node:fs';
import { databaseOf, type NodeConfig } from '../config/config.ts';
import { openSqlite } from '../store/sqlite.ts';
import { type Pinned, pinnedIn } from './pinned.ts';

/** Whose roots a node has pinned, for a command beside it; nothing is made where it keeps nothing yet. */
export const keptPins = async (config: NodeConfig): Promise<readonly Pinned[]> => {
  const database = databaseOf(config);
  if (!existsSync(database)) return config.counterparts.map((one) => ({ ...one, issuer: null }));
  const store = await openSqlite(database);
  try {
    return await pinnedIn(config, store);
  } finally {
    await store.close();
  }
};
