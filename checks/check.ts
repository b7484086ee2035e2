import { dirname } from 'node:path';

/** One thing that must be true of the project. `find` names what is wrong; its note stands on the line when nothing is. */
export type Check = { readonly name: string; readonly find: () => Promise<Finding> };

export type Finding = { readonly wrong: readonly string[]; readonly note?: string };

/** The project's folder. */
export const root = dirname(import.meta.dirname);
