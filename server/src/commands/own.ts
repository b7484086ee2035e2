import type { Refusal } from '@parley/protocol/bytes';
import { databaseOf, type NodeConfig, readConfig } from '../config/config.ts';
import { failing } from '../store/failure.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';

/** The option by which a command is told which node it is for. */
export const CONFIG_OPTION = { config: { type: 'string' } } as const;

/** The configuration that is meant: as told, else `PARLEY_CONFIG`, else `parley.jsonc` here. */
export const ownConfig = (told: string | undefined, env: NodeJS.ProcessEnv): NodeConfig | Refusal =>
  readConfig(told ?? env.PARLEY_CONFIG ?? 'parley.jsonc');

/** Does some work with the store of a node, which may be running. */
export const withStore = async <T>(config: NodeConfig, work: (store: Store) => Promise<T>): Promise<T> => {
  const store = failing(await openSqlite(databaseOf(config)), () => {});
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};
