import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomOf, seedFrom } from '../testing/index.ts';
import { type RecordReport, reportOf, verifyRecord } from './index.ts';
import { testRecords } from './trial/records.ts';

const VERIFIER = join(import.meta.dirname, '../../verifier/verify_record.py');
const AT_ONCE = 200;

const hasPython = (): boolean => {
  try {
    execFileSync('python3', ['-c', 'import cryptography, dilithium_py'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** What both say of a record. */
const told = (report: RecordReport) => {
  if (report.verdict === 'refused') return { verdict: 'refused', code: report.code, entry: report.entry };
  const ms = (time: string | null) => (time === null ? null : Date.parse(time));
  return {
    verdict: 'stands',
    whole: report.whole,
    entries: report.entries.count,
    settled: report.entries.settled,
    signedTo: Object.fromEntries(report.delegations.map((one) => [one.root, one.signedTo])),
    sittings: report.sittings.map((one) => [one.seat, ms(one.from), ms(one.until), one.ended]),
    unordered: report.unordered.map((one) => one.kind),
    twoLogs: report.twoLogs.map((one) => one.entry),
  };
};

const seed = seedFrom(process.env.PARLEY_SEED);
test.skipIf(!hasPython())(
  `[RECORD2] [RECORD5] a second verifier, in Python from SPEC.md alone, agrees on every record (seed ${seed})`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-verifier-'));
    const met = new Map<string, number>();
    let batch: { readonly name: string; readonly path: string; readonly said: object }[] = [];
    const compare = () => {
      if (batch.length === 0) return;
      let out: string;
      try {
        out = execFileSync('python3', [VERIFIER, ...batch.map(({ path }) => path)], { encoding: 'utf8' });
      } catch (error) {
        out = String(Reflect.get(Object(error), 'stdout')); // it ends with 1 where one does not stand
      }
      const lines = out.trim().split('\n');
      for (const [n, { name, said }] of batch.entries()) expect(JSON.parse(lines[n] ?? 'null'), name).toEqual(said);
      batch = [];
    };
    try {
      for await (const { name, bytes } of testRecords(randomOf(seed), 40, 12)) {
        const report = reportOf(await verifyRecord(bytes, null));
        const key =
          report.verdict === 'refused' ? report.code : report.whole ? 'stands' : 'stands, and lacks something';
        met.set(key, (met.get(key) ?? 0) + 1);
        const path = join(folder, `${batch.length}.parley`);
        writeFileSync(path, bytes);
        batch.push({ name, path, said: told(report) });
        if (batch.length === AT_ONCE) compare();
      }
      compare();
    } finally {
      rmSync(folder, { recursive: true });
    }
    console.info(Object.fromEntries([...met].sort(([, a], [, b]) => b - a)));
    for (const code of ['stands', 'log.fork', 'act.forged', 'act.sequence', 'circle.generation', 'admit.seat-taken'])
      expect(met.has(code), code).toBe(true);
  },
);
