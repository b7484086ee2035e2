import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, Refusal } from '@parley/protocol/bytes';
import type { Pins } from '@parley/protocol/identity';
import { RECORD_LIMIT, reportOf, verifyRecord } from '@parley/protocol/log';
import { readConfig } from '../config.ts';
import { keptRoot } from '../identity/files.ts';
import { sentencesOf, type Under } from '../records/sentences.ts';
import { pinsOf } from '../sheets.ts';

/** How a command ended. */
const EXIT = {
  done: 0,
  /** The record does not stand. */
  refused: 1,
  /** The command, a file or a configuration is not as it must be: nothing was judged. */
  usage: 2,
  /** The record stands, and something in it is missing or wrong. */
  incomplete: 3,
} as const;

const readBytes = (path: string): Bytes | Refusal => {
  try {
    const { size } = statSync(path);
    if (size > RECORD_LIMIT) return new Refusal('file.too-long', `${path}: ${size} bytes`);
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    return new Refusal('file.unreadable', `${path}: ${error instanceof Error ? error.message : ''}`);
  }
};

/** Verifies a record's file offline, under the roots that a node's configuration pins or else under its own. */
export const verifyCommand = async (
  path: string,
  options: { readonly config?: string | undefined; readonly json?: boolean | undefined },
  say: (line: string) => void,
): Promise<number | Refusal> => {
  let pins: Pins | null = null;
  let under: Under = { kind: 'own' };
  if (options.config !== undefined) {
    const config = readConfig(options.config);
    if (config instanceof Refusal) return config;
    const own = keptRoot(join(config.folder, 'identity'));
    if (own instanceof Refusal) return own;
    pins = pinsOf(config, own);
    under = { kind: 'pinned', node: config.name };
  }
  const bytes = readBytes(path);
  if (bytes instanceof Refusal) return bytes;
  const report = reportOf(await verifyRecord(bytes, pins));
  if (options.json) say(JSON.stringify({ ...report, under: under.kind }, null, 2));
  else for (const line of sentencesOf(report, under)) say(line);
  if (report.verdict === 'refused') return EXIT.refused;
  return report.whole ? EXIT.done : EXIT.incomplete;
};
