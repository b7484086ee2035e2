import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { signRecord } from '../protocol/src/log/index.ts';
import { openBrowser } from './browser.ts';
import { bare, imported, makeLog, signaturesOf } from './log.ts';
import { lineOf, median, type Row, spread } from './table.ts';

const ENTRIES = 10_000;
const ROUNDS = 10;
const MAIN = join(import.meta.dirname, '../server/src/main.ts');
const PAGE = pathToFileURL(join(import.meta.dirname, '../web/dist/record.html')).href;
const run = promisify(execFile);

/** What checking a record's file costs, each in ms. */
export type RecordCost = {
  readonly signatures: number;
  readonly bytes: number;
  readonly command: readonly number[];
  /** The same command with a record of nothing: what a process costs before it has verified anything. */
  readonly begin: readonly number[];
  readonly bare: readonly number[];
  readonly page: readonly number[];
};

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** Verifies a record of 10,000 entries by the command, in the page, and its signatures bare, in turns. */
export const measureRecord = async (): Promise<RecordCost> => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const browser = await openBrowser(5);
  try {
    const log = await makeLog(ENTRIES);
    const { id: root, certificate, issuing: signer } = log.meeting.host;
    const newest = log.countersignatures.filter(({ seq }) => seq === ENTRIES);
    const content = (entries: number) => ({
      v: 1 as const,
      at: log.now + 1_000,
      roots: log.meeting.delegations.map((one) => one.root.keys),
      sheet: log.meeting.signed,
      entries: log.entries.slice(0, entries).map(({ entry }) => entry.bytes),
      countersignatures: entries > 0 ? newest.map((one) => one.bytes) : [],
      restrictions: [],
      equivocations: [],
    });
    const [file, nothing] = [join(folder, 'record.parley'), join(folder, 'nothing.parley')];
    const record = await signRecord(content(ENTRIES), { root, certificate, signer });
    await writeFile(file, record);
    await writeFile(nothing, await signRecord(content(0), { root, certificate, signer }));
    // The countersignatures of every entry do not travel in a record: the newest cover them.
    const signatures = await imported(signaturesOf({ ...log, countersignatures: newest }));
    const page = async () => {
      const opened = await browser.newPage();
      await opened.goto(PAGE);
      const took = await timed(async () => {
        await opened.locator('input[type=file]').setInputFiles(file);
        await opened.getByRole('heading', { name: 'This record stands' }).waitFor();
      });
      await opened.close();
      return took;
    };
    const lanes = {
      command: () => timed(() => run(process.execPath, [MAIN, 'verify', file])),
      begin: () => timed(() => run(process.execPath, [MAIN, 'verify', nothing])),
      bare: () => timed(() => bare(signatures)),
      page,
    };
    const times: { readonly [lane in keyof typeof lanes]: number[] } = { command: [], begin: [], bare: [], page: [] };
    // The first round warms up and is not counted.
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const lane of ['command', 'bare', 'page', 'begin'] as const) {
        const took = await lanes[lane]();
        if (round > 0) times[lane].push(took);
      }
    return { signatures: signatures.length, bytes: record.length, ...times };
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
};

/** The rows of the bench's table. */
export const recordRows = ({ signatures, bytes, command, begin, bare: alone, page }: RecordCost): readonly Row[] => {
  const without = (median(command) - median(begin)) / median(alone);
  return [
    {
      measure: `a record of ${ENTRIES} entries by the command line ÷ bare Ed25519`,
      value: median(command) / median(alone),
      bar: 1.2,
      unit: '',
      digits: 2,
      of: `${spread(command)} ÷ ${spread(alone)} ms, ${signatures} signatures, ${(bytes / 1e6).toFixed(1)} MB; without the ${median(begin).toFixed(0)} ms that the command takes for an empty one: ${without.toFixed(2)}`,
    },
    {
      measure: `the same, opened and verified in the page`,
      value: median(page) / 1_000,
      bar: 4,
      unit: 's',
      digits: 2,
      of: `${spread(page)} ms, n ${ROUNDS}`,
    },
  ];
};

if (import.meta.main) for (const row of recordRows(await measureRecord())) console.info(lineOf(row));
