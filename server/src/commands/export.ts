import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, toHex } from '@parley/protocol/bytes';
import { signRecord, verifySheet } from '@parley/protocol/log';
import { readConfig } from '../config.ts';
import { keptIdentity } from '../identity/files.ts';
import { gather } from '../records/gather.ts';
import { pinsOf } from '../sheets.ts';
import { openSqlite } from '../store/sqlite.ts';

/** Writes the record of a meeting (hex; the newest unless told) to a file, from what a node keeps. It may be running. */
export const exportCommand = async (
  options: { readonly config: string; readonly out: string; readonly meeting?: string | undefined },
  say: (line: string) => void,
  now: number,
): Promise<Refusal | null> => {
  const { out } = options;
  const config = readConfig(options.config);
  if (config instanceof Refusal) return config;
  if (existsSync(out)) return new Refusal('file.exists', out);
  const database = join(config.folder, 'node.sqlite');
  if (!existsSync(database)) return new Refusal('node.not-started', config.folder);
  const identity = await keptIdentity(join(config.folder, 'identity'), now);
  if (identity instanceof Refusal) return identity;
  const pins = pinsOf(config, identity);
  const store = await openSqlite(database);
  try {
    const known = await Promise.all(
      (await store.meetings()).map(async (one) => ({ ...one, plan: await verifySheet(pins, one.sheet) })),
    );
    const found = known
      .filter(({ meeting }) => options.meeting === undefined || toHex(meeting) === options.meeting)
      .sort((a, b) => from(b.plan) - from(a.plan))[0];
    if (!found) return new Refusal('record.unknown-meeting', options.meeting ?? '');
    const content = await gather(store, pins, found, now);
    if (content instanceof Refusal) return content;
    const record = await signRecord(content, identity);
    writeFileSync(`${out}.new`, record, { mode: 0o600 });
    renameSync(`${out}.new`, out);
    const title = found.plan instanceof Refusal ? '' : found.plan.title;
    say(`${out}: the record of “${title}” with ${content.entries.length} entries, as ${config.name} holds it.`);
    say('It names who sat when, and their functions: give it to whom that may concern.');
    return null;
  } finally {
    await store.close();
  }
};

const from = (plan: Refusal | { readonly from: number }): number => (plan instanceof Refusal ? 0 : plan.from);
