import { renameSync, writeFileSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import { readBytes } from '../files.ts';

const LIMIT = 65_536;

/** Writes texts by name to a file (0600), whole or not at all. */
export const writeFields = (path: string, fields: { readonly [name: string]: string }): void => {
  writeFileSync(`${path}.new`, JSON.stringify(fields), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
};

/** The texts that a file holds under these names; refuses `file.unreadable` where it does not, and `file.too-long`. */
export const readFields = <const N extends string>(
  path: string,
  names: readonly N[],
): { readonly [K in N]: string } | Refusal => {
  const bytes = readBytes(path, LIMIT);
  if (bytes instanceof Refusal) return bytes;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    const texts = names.map((name) => {
      const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
      if (typeof text !== 'string') throw new Error(`${name} is missing`);
      return [name, text] as const;
    });
    return Object.fromEntries(texts) as { readonly [K in N]: string }; // one text for each of the names
  } catch (error) {
    return new Refusal('file.unreadable', `${path}: ${error instanceof Error ? error.message : ''}`);
  }
};
