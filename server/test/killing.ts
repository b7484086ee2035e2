import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { type Entry, openEntry, verifyCountersignature, verifyRecord } from '@parley/protocol/log';
import { databaseOf, type NodeConfig } from '../src/config/config.ts';
import { makeRecord } from '../src/records/make.ts';
import { type NodeProcess, nodeProcess } from '../src/rehearsal/node-process.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import { type Device, freshSigner, openDevice, redeem } from './device.ts';
import { prepareTable } from './pair.ts';

/** Random numbers that follow from a seed. */
type Random = { readonly below: (bound: number) => number; readonly one: <T>(list: readonly T[]) => T };

/** What was found after so many kills. */
export type Killed = {
  /** Entries that somebody was told of: all of them stand in the log of every node. */
  readonly entries: number;
  readonly countersignatures: number;
  /** What must not be, in words. */
  readonly wrong: readonly string[];
};

const LONGEST_MS = 2_500;
const SOON_MS = 30_000;

/** All entries and countersignatures that any device was ever told of. */
class Told {
  readonly entries = new Map<string, Bytes>();
  readonly words = new Map<string, Bytes>();
  readonly stopped: string[] = [];

  hear(device: Device): void {
    for (const word of device.heard) {
      if (word.kind === 'log') for (const entry of word.entries) this.entries.set(toHex(entry), entry);
      if (word.kind === 'entry') this.entries.set(toHex(word.entry), word.entry);
      if (word.kind === 'log' || word.kind === 'entry')
        for (const one of word.countersignatures) this.words.set(toHex(one), one);
      if (word.kind === 'countersigned') this.words.set(toHex(word.countersignature), word.countersignature);
      if (word.kind === 'stopped') this.stopped.push(`a meeting stopped: ${word.code}`);
    }
  }

  /** Place of the newest entry that anybody was told of. */
  last(): number {
    return Math.max(0, ...[...this.entries.values()].map((bytes) => entryOf(bytes).seq));
  }
}

const entryOf = (bytes: Bytes): Entry => {
  const entry = openEntry(bytes);
  if (entry instanceof Refusal) throw new Error(`an entry that cannot be read: ${entry.code}`);
  return entry;
};

/**
 * Two delegations whose people sit down and leave without pause, while their nodes are killed with -9 one after the
 * other, at moments that follow from a seed; each is started again by its supervisor.
 */
export const killNodes = async (random: Random, kills: number): Promise<Killed> => {
  const table = await prepareTable(2);
  const nodes = table.prepared.map((prepared) => nodeProcess(prepared, () => {}));
  const told = new Told();
  const over = new AbortController();
  try {
    for (const node of nodes) {
      const refusal = await node.ready;
      if (refusal) throw new Error(`${refusal.code} ${refusal.detail}`);
    }
    const people = nodes.map((node, n) => sitAndLeave(node, told, over.signal, n === 0));
    for (let n = 0, head = 0; n < kills; n += 1) {
      // Something was kept since the last kill, however slow the machine is.
      await until(async () => {
        const now = await headOf(nodes[0]);
        const more = now > head;
        if (more) head = now;
        return more;
      }, 'nothing is kept between two kills');
      await pause(random.below(LONGEST_MS));
      const node = random.one(nodes);
      const pid = await running(node);
      process.kill(pid, 'SIGKILL');
      await until(async () => node.pid() !== null && node.pid() !== pid, 'a killed node is not started again');
    }
    over.abort();
    await Promise.all(people);
    // Whoever was told of something last finds it at both nodes.
    const last = told.last();
    for (const node of nodes) await until(async () => (await headOf(node)) >= last, 'a node does not catch up');
    await until(async () => new Set(await Promise.all(nodes.map(headOf))).size === 1, 'two nodes stay apart');
  } finally {
    over.abort();
    await Promise.all(nodes.map((node) => node.stop()));
  }
  const wrong = [...told.stopped];
  for (const { config } of table.prepared) wrong.push(...(await faultsOf(config, told)));
  table.remove();
  return { entries: told.entries.size, countersignatures: told.words.size, wrong };
};

const until = async (fits: () => Promise<boolean>, fault: string): Promise<void> => {
  for (const end = Date.now() + SOON_MS; Date.now() < end; await pause(20)) if (await fits()) return;
  throw new Error(fault);
};

const running = async (node: NodeProcess): Promise<number> => {
  await until(async () => node.pid() !== null, 'a node does not run');
  return node.pid() ?? 0;
};

/** Place of a node's newest entry; −1 while it does not answer. */
const headOf = async (node: NodeProcess | undefined): Promise<number> => {
  const said = await node?.ask({ kind: 'head' });
  return typeof said === 'string' ? Number(said.split(' ')[1]) : -1;
};

/**
 * A person who sits down, leaves (or sits anew: when both sides have left, a meeting is over), and begins anew wherever
 * the node goes away meanwhile.
 */
const sitAndLeave = async (node: NodeProcess, told: Told, over: AbortSignal, leaves: boolean): Promise<void> => {
  const seat = node.prepared.cast.seats[0]?.id ?? '';
  const signer = freshSigner();
  let known: { readonly link: string; readonly cookie: string } | null = null;
  const redeemed = async () => {
    const link = await node.ask({ kind: 'link', seat });
    if (typeof link !== 'string') return null;
    const { cookie, status } = await redeem(link, signer);
    return status < 300 ? { link, cookie } : null;
  };
  const gone = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
  while (!over.aborted) {
    try {
      known ??= await redeemed();
      if (!known) {
        await pause(50);
        continue;
      }
      const { link, cookie } = known;
      const opening = openDevice(link, { signer, cookie });
      const device = await Promise.race([opening, pause(2_000).then(() => null)]);
      if (!device) continue;
      const work = async () => {
        while (!over.aborted) {
          const { seating } = await device.sit();
          if (!leaves) continue;
          await device.act({ kind: 'leave', seating });
          await device.until(({ state }) => !state.seatings.has(seating));
        }
      };
      await Promise.race([work(), device.closed, gone]);
      device.raw.terminate();
      told.hear(device);
    } catch {
      await pause(50); // the node is away
    }
  }
};

/** What is wrong with what one node holds in the end, beside what people were told. */
const faultsOf = async (config: NodeConfig, told: Told): Promise<string[]> => {
  const wrong: string[] = [];
  const fault = (what: string) => wrong.push(`${config.name}: ${what}`);
  const database = new DatabaseSync(databaseOf(config));
  const found = database.prepare('pragma integrity_check').get()?.integrity_check;
  database.close();
  if (found !== 'ok') fault(String(found));
  const made = await makeRecord(config, undefined, Date.now());
  if (made instanceof Refusal) return [...wrong, `${config.name}: no record, ${made.code}`];
  const record = await verifyRecord(made.bytes, null);
  if ('refusal' in record) return [...wrong, `${config.name}: its record is refused, ${record.refusal.code}`];
  if (record.equivocations.length > 0) fault('somebody signed two logs');
  const store = await openSqlite(databaseOf(config));
  const held = await store.entriesAfter(record.sheet.meeting, 0, 1_000_000);
  await store.close();
  const heads = new Map(held.map(({ bytes }) => [entryOf(bytes).seq, toHex(entryOf(bytes).head)]));
  for (const bytes of told.entries.values()) {
    const { seq, head } = entryOf(bytes);
    if (heads.get(seq) !== toHex(head))
      fault(`${heads.has(seq) ? 'another entry than' : 'lost'} what was told at ${seq}`);
  }
  const signed = new Map<string, string>();
  for (const bytes of told.words.values()) {
    const word = await verifyCountersignature(record.sheet, bytes);
    if (word instanceof Refusal) {
      fault(word.code);
      continue;
    }
    const place = `${word.root} ${word.seq}`;
    if ((signed.get(place) ?? toHex(word.head)) !== toHex(word.head)) fault(`two heads were signed at ${place}`);
    signed.set(place, toHex(word.head));
  }
  return wrong;
};
