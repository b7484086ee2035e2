import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where Parley keeps its data: `PARLEY_DATA`, else the user's data folder (XDG) and `parley` in it. */
export const dataFolder = (env: NodeJS.ProcessEnv): string => {
  if (env.PARLEY_DATA) return resolve(env.PARLEY_DATA);
  const base = env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return join(base, 'parley');
};
