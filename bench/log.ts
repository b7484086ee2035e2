import { type Bytes, bound, bytes, bytesUpTo, decode, Refusal, record, toHex } from '../protocol/src/bytes/index.ts';
import { type LogRecord, openEntry, roster, verifyLog } from '../protocol/src/log/index.ts';
import { due } from '../protocol/src/meeting/index.ts';
import {
  actOf,
  seat,
  seedOf,
  settle,
  type TestDelegate,
  type TestLog,
  testDelegate,
  testLog,
  testMeeting,
} from '../protocol/src/testing/index.ts';
import { lineOf, median, type Row } from './table.ts';

const ENTRIES = 10_000;
const ROUNDS = 10;
const BAR = 1.2;

/** Does what is due for the table's keys. */
const serve = async (log: TestLog, seated: ReadonlyMap<number, TestDelegate>): Promise<void> => {
  const todo = due(log.ledger);
  const by = todo && seated.get(todo.turn[0] ?? 0);
  if (!todo || !by) return;
  const fresh = `${log.ledger.state.head.seq}`;
  const authenticator = seedOf(`authenticator ${fresh}`);
  const { generation } = todo;
  if (todo.kind === 'found') {
    await settle(log, await actOf(log.ledger.state, by, { kind: 'found', circle: 'table', generation, authenticator }));
    return;
  }
  const { epoch, upTo, ended, add } = todo;
  const welcome = add.length > 0 ? seedOf(`welcome ${fresh}`) : null;
  const commit = seedOf(`commit ${fresh}`);
  const name = { circle: 'table' as const, generation, epoch, upTo, ended };
  await settle(log, await actOf(log.ledger.state, by, { kind: 'commit', ...name, commit, welcome, authenticator }));
};

/**
 * A busy log of two delegations, four seats: after all sat down, one after the other leaves and sits anew, and a
 * member commits each time. Every entry is countersigned by both nodes.
 */
export const makeLog = async (entries: number): Promise<TestLog> => {
  const meeting = await testMeeting();
  const log = testLog(meeting);
  log.now -= 1_000 * entries;
  const people = await Promise.all(
    ['alba-principal', 'borland-principal', 'alba-adviser', 'borland-adviser'].map((id) => testDelegate(meeting, id)),
  );
  const seated = new Map<number, TestDelegate>();
  for (const who of people) {
    seated.set(await seat(log, who), who);
    await serve(log, seated);
  }
  for (let turn = 0; log.entries.length < entries; turn += 1) {
    const [first] = roster(log.ledger.state);
    const who = seated.get(first ?? 0);
    if (!first || !who) throw new Error('nobody is seated');
    if (turn % 2 === 0) await settle(log, await actOf(log.ledger.state, who, { kind: 'leave', seating: first }));
    await serve(log, seated);
    seated.set(await seat(log, who), who);
    await serve(log, seated);
  }
  log.entries.length = entries;
  return log;
};

/** A signature with its key. */
export type Signed = { readonly key: Bytes; readonly message: Bytes; readonly signature: Bytes };

const outer = record({ body: bytesUpTo(16_384), sig: bytes(64) });
const countersigned = record({ body: bytesUpTo(512), root: bytes(32), sig: bytes(64) });
const opened = <T>(value: T | Refusal): T => {
  if (value instanceof Refusal) throw new Error(value.code);
  return value;
};

/** Every Ed25519 signature of the log's entries and countersignatures, with its key. */
export const signaturesOf = (log: TestLog): readonly Signed[] => {
  const found: Signed[] = [];
  const { issuers } = log.meeting.sheet;
  const devices = new Map<string, Bytes>();
  for (const { entry, act } of log.entries) {
    if (act.action.kind === 'sit' && act.mandate) {
      devices.set(toHex(act.mandate.hash), act.mandate.device);
      const { body, sig } = opened(decode(outer, act.action.chain.mandate));
      const key = issuers.get(act.root)?.key;
      if (key) found.push({ key, message: bound('mandate', body), signature: sig });
    }
    const { body, sig } = opened(decode(outer, entry.act));
    const key = act.by.kind === 'device' ? devices.get(toHex(act.by.mandate)) : issuers.get(act.root)?.key;
    if (key) found.push({ key, message: bound('act', body), signature: sig });
  }
  for (const word of log.countersignatures) {
    const { body, sig } = opened(decode(countersigned, word.bytes));
    const key = issuers.get(word.root)?.key;
    if (key && word.seq <= log.entries.length)
      found.push({ key, message: bound('countersignature', body), signature: sig });
  }
  return found;
};

type Imported = { readonly key: CryptoKey; readonly message: Bytes; readonly signature: Bytes };

/** Signatures with their keys as WebCrypto holds them. */
export const imported = async (signatures: readonly Signed[]): Promise<readonly Imported[]> => {
  const keys = new Map<string, CryptoKey>();
  const all: Imported[] = [];
  for (const { key, message, signature } of signatures) {
    const name = toHex(key);
    const known = keys.get(name) ?? (await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']));
    keys.set(name, known);
    all.push({ key: known, message, signature });
  }
  return all;
};

/** WebCrypto and nothing else: keys imported beforehand, as many at once as is fastest. */
export const bare = async (signatures: readonly Imported[]): Promise<void> => {
  const AT_ONCE = 512;
  let older: Promise<boolean>[] = [];
  let newer: Promise<boolean>[] = [];
  for (const { key, message, signature } of signatures) {
    newer.push(crypto.subtle.verify('Ed25519', key, signature, message));
    if (newer.length < AT_ONCE) continue;
    if ((await Promise.all(older)).includes(false)) throw new Error('a signature does not stand');
    [older, newer] = [newer, []];
  }
  if ((await Promise.all([...older, ...newer])).includes(false)) throw new Error('a signature does not stand');
};

/** What some work takes, in ms: by the clock, and of all cores. */
type Took = { readonly wall: number; readonly cpu: number };

const timed = async (work: () => Promise<unknown>): Promise<Took> => {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - began, cpu: (user + system) / 1_000 };
};

const middle = (times: readonly Took[]): Took => ({
  wall: median(times.map((took) => took.wall)),
  cpu: median(times.map((took) => took.cpu)),
});

/** What verifying a log costs (medians), beside bare verification of its signatures. */
export type LogCost = {
  readonly entries: number;
  readonly signatures: number;
  readonly whole: Took;
  readonly bare: Took;
};

/** Verifies a log of 10,000 entries, and its signatures bare, in turns. */
export const measureLog = async (entries = ENTRIES, rounds = ROUNDS): Promise<LogCost> => {
  const log = await makeLog(entries);
  const exported: LogRecord = {
    sheet: log.meeting.signed,
    entries: log.entries.map(({ entry }) => opened(openEntry(entry.bytes)).bytes),
    countersignatures: log.countersignatures.filter(({ seq }) => seq <= entries).map((word) => word.bytes),
  };
  const signatures = await imported(signaturesOf(log));
  const verify = async () => {
    const ledger = opened(await verifyLog(log.meeting.pins, exported));
    if (ledger.settled.head.seq !== entries) throw new Error('the log did not settle');
  };
  const lanes = { whole: verify, bare: () => bare(signatures) };
  const times: { readonly [lane in keyof typeof lanes]: Took[] } = { whole: [], bare: [] };
  // The first round warms up and is not counted.
  for (let round = 0; round <= rounds; round += 1)
    for (const lane of round % 2 === 0 ? (['whole', 'bare'] as const) : (['bare', 'whole'] as const)) {
      const took = await timed(lanes[lane]);
      if (round > 0) times[lane].push(took);
    }
  return { entries, signatures: signatures.length, whole: middle(times.whole), bare: middle(times.bare) };
};

/** The row of the bench's table. On a busy machine the ratio of the cores' time says more than the clock's. */
export const logRow = ({ entries, signatures, whole, bare: alone }: LogCost): Row => {
  const cores = (whole.cpu / alone.cpu).toFixed(2);
  const parts = `${whole.wall.toFixed(0)} ÷ ${alone.wall.toFixed(0)} ms, ${signatures} signatures, n ${ROUNDS}`;
  return {
    measure: `verifying a log of ${entries} entries ÷ bare Ed25519`,
    value: whole.wall / alone.wall,
    bar: BAR,
    unit: '',
    digits: 2,
    of: `${parts}; of all cores ${cores}`,
  };
};

if (import.meta.main) console.info(lineOf(logRow(await measureLog())));
