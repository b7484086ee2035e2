import { availableParallelism, loadavg } from 'node:os';
import { entryRows, measureEntries } from './entries.ts';
import { frameRows, measureFrames } from './frames.ts';
import { gapRows, measureGaps } from './gap.ts';
import { growthRows, measureGrowth } from './growth.ts';
import { joinTimeRows, measureJoinTimes } from './join.ts';
import { joinRows, measureJoins } from './keys.ts';
import { logRow, measureLog } from './log.ts';
import { measureNode, nodeRows } from './node.ts';
import { measureRecord, recordRows } from './record.ts';
import { lineOf, type Row, tableOf } from './table.ts';

/** Every measure by its name, in the order in which they run: one at a time, as all want the machine for themselves. */
const measures: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  join: async () => joinTimeRows(await measureJoinTimes()),
  gap: async () => gapRows(await measureGaps()),
  node: async () => nodeRows(await measureNode()),
  frames: async () => frameRows(await measureFrames()),
  keys: async () => joinRows(await measureJoins()),
  log: async () => [logRow(await measureLog())],
  entries: async () => entryRows(await measureEntries()),
  growth: async () => growthRows(await measureGrowth()),
  record: async () => recordRows(await measureRecord()),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in measures));
if (unknown.length > 0) {
  console.error(`No measure is called ${unknown.join(', ')}. There are: ${Object.keys(measures).join(', ')}.`);
  process.exit(1);
}

/** What others leave of this machine: without it no number here means much. */
const load = () => `load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`;

const rows: Row[] = [];
const failed: string[] = [];
for (const [name, measure] of Object.entries(measures)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.info(`${name}: begins at ${load()}`);
  try {
    const found = await measure();
    rows.push(...found);
    for (const row of found) console.info(lineOf(row));
  } catch (cause) {
    failed.push(name);
    console.error(cause);
  }
  console.info(`${name}: ends at ${load()}`);
}
console.info('');
for (const line of tableOf(rows)) console.info(line);
for (const name of failed) console.error(`${name} could not be measured.`);
process.exit(failed.length > 0 ? 1 : 0);
