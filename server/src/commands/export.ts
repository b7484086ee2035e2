import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import { readConfig } from '../config.ts';
import { makeRecord } from '../records/make.ts';

/** Writes the record of a meeting to a file, from what a node keeps. Nothing is overwritten. */
export const exportCommand = async (
  options: { readonly config: string; readonly out: string; readonly meeting?: string | undefined },
  say: (line: string) => void,
  now: number,
): Promise<Refusal | null> => {
  const { out } = options;
  const config = readConfig(options.config);
  if (config instanceof Refusal) return config;
  if (existsSync(out)) return new Refusal('file.exists', out);
  const made = await makeRecord(config, options.meeting, now);
  if (made instanceof Refusal) return made;
  try {
    writeFileSync(`${out}.new`, made.bytes, { mode: 0o600 });
    renameSync(`${out}.new`, out);
  } catch (error) {
    return new Refusal('file.unwritable', error instanceof Error ? error.message : out);
  }
  say(`${out}: the record of “${made.title}” with ${made.entries} entries, as ${config.name} holds it.`);
  say('It names who sat when, and their functions: give it to whom that may concern.');
  return null;
};
