import { existsSync } from 'node:fs';
import { databaseOf, type NodeConfig } from '../config/config.ts';
import type { CounterpartStore } from '../store/counterparts.ts';
import { openSqlite } from '../store/sqlite.ts';
import { type Introduced, introducedIn, type Pinned, pinnedIn } from './pinned.ts';

/** Whose roots a node has pinned, for a command beside it; nothing is made where it keeps nothing yet. */
export const keptPins = async (config: NodeConfig): Promise<readonly Pinned[]> => {
  const none = config.counterparts.map((one) => ({ ...one, issuer: null }));
  return reading(config, none, (store) => pinnedIn(config, store));
};

/** Who was read in, and nobody has compared the words yet. */
export const keptUnconfirmed = (config: NodeConfig): Promise<readonly Introduced[]> =>
  reading(config, [], async (store) => (await introducedIn(store)).filter(({ confirmation }) => !confirmation));

const reading = async <T>(config: NodeConfig, none: T, read: (store: CounterpartStore) => Promise<T>): Promise<T> => {
  const database = databaseOf(config);
  if (!existsSync(database)) return none;
  const store = await openSqlite(database);
  try {
    return await read(store);
  } finally {
    await store.close();
  }
};
