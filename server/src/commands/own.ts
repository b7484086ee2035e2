import { existsSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import { databaseOf, type NodeConfig, readConfig } from '../config/config.ts';
import { actingIdentity, type Identity, keptIdentity } from '../identity/files.ts';
import { failing } from '../store/failure.ts';
import { isHeld } from '../store/hold.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';

/** The option by which a command is told which node it is for. */
export const CONFIG_OPTION = { config: { type: 'string' } } as const;

/** The configuration that is meant: as told, else `PARLEY_CONFIG`, else `parley.jsonc` here; refuses `config.none`. */
export const ownConfig = (told: string | undefined, env: NodeJS.ProcessEnv): NodeConfig | Refusal => {
  const path = told ?? env.PARLEY_CONFIG ?? 'parley.jsonc';
  return existsSync(path) ? readConfig(path) : new Refusal('config.none', path);
};

/** What a command that is shown ends with, so that it is for the same node. */
export const configWords = (told: string | undefined): string => (told === undefined ? '' : ` --config ${told}`);

/**
 * The identity that a command acts under. Beside a node that runs it is the one that this signs with: nothing is renewed
 * or put into place. Refuses what `actingIdentity` refuses.
 */
export const ownIdentity = ({ identity, folder }: NodeConfig, now: number): Promise<Identity | Refusal> =>
  isHeld(folder) ? keptIdentity(identity, now) : actingIdentity(identity, now);

/** Does some work with the store of a node, which may be running. */
export const withStore = async <T>(config: NodeConfig, work: (store: Store) => Promise<T>): Promise<T> => {
  const store = failing(await openSqlite(databaseOf(config)), () => {});
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};
