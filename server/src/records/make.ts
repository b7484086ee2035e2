import { existsSync } from 'node:fs';
import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { type Sheet, signRecord, verifySheet } from '@parley/protocol/log';
import { databaseOf, type NodeConfig } from '../config/config.ts';
import { pinnedIn, pinsOf } from '../counterparts/pinned.ts';
import { keptIdentity } from '../identity/files.ts';
import { openSqlite } from '../store/sqlite.ts';
import { gather } from './gather.ts';

/** A record's bytes, and what they are of. */
export type MadeRecord = { readonly bytes: Bytes; readonly title: string; readonly entries: number };

/**
 * Makes the record of a meeting (hex, or its first digits; the newest that was held unless told) from what a node keeps;
 * the node may be running. Refuses `node.not-started`, `identity.none`, `record.unknown-meeting`, and whatever keeps a record from standing.
 */
export const makeRecord = async (
  config: NodeConfig,
  meeting: string | undefined,
  now: number,
): Promise<MadeRecord | Refusal> => {
  const database = databaseOf(config);
  if (!existsSync(database)) return new Refusal('node.not-started', config.folder);
  const identity = await keptIdentity(config.identity, now);
  if (identity instanceof Refusal) return identity;
  const store = await openSqlite(database);
  try {
    const pins = pinsOf(identity, await pinnedIn(config, store));
    let newest: { readonly plan: Sheet; readonly sheet: Bytes; readonly begun: boolean } | null = null;
    for (const { meeting: id, sheet } of await store.meetings()) {
      if (meeting !== undefined && !toHex(id).startsWith(meeting)) continue;
      const plan = await verifySheet(pins, sheet);
      if (plan instanceof Refusal) {
        if (meeting !== undefined) return plan;
        continue; // of a counterpart that is pinned no longer
      }
      // One in which nobody sat (called off, or still to come) stands behind those that were held.
      const begun = (await store.entriesAfter(id, 0, 1)).length > 0;
      const newer = !newest || (begun === newest.begun ? plan.from > newest.plan.from : begun);
      if (newer) newest = { plan, sheet, begun };
    }
    if (!newest) return new Refusal('record.unknown-meeting', meeting ?? 'none was held');
    // Unless it is asked for by its number, one in which nobody sat is no record of anything.
    if (meeting === undefined && !newest.begun) return new Refusal('record.unknown-meeting', 'none was held');
    const { plan, sheet } = newest;
    const content = await gather(store, pins, { meeting: plan.meeting, sheet }, now);
    if (content instanceof Refusal) return content;
    return { bytes: await signRecord(content, identity), title: plan.title, entries: content.entries.length };
  } finally {
    await store.close();
  }
};
