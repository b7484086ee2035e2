import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, hash, Refusal, type Signer, toHex } from '../protocol/src/bytes/index.ts';
import { giveMandate, type MandateChain, mandateHash } from '../protocol/src/identity/index.ts';
import { preparePackage } from '../protocol/src/keys/index.ts';
import { type Action, openEntry, type SheetBody, signAct } from '../protocol/src/log/index.ts';
import { testKey } from '../protocol/src/testing/index.ts';
import type { NodeToDevice } from '../protocol/src/wire/index.ts';
import type { DelegationNode } from '../server/src/node.ts';
import type { Prepared } from '../server/src/rehearsal/prepare.ts';
import { signSheetByAll } from '../server/src/sheets.ts';
import { prepareTable, startOne } from '../server/test/pair.ts';
import type { Row } from './table.ts';

const MEETINGS = 200;
const EACH_S = 200;
const SECONDS = 10;
/** A commit among ten people, as X-Wing makes it. */
const COMMIT_BYTES = 11_000;

/** What entries cost at two nodes on this machine. */
export type EntryCost = {
  /** From an act being given to the host until both nodes have stored it, and people at both know that; ms, rising. */
  readonly times: readonly number[];
  readonly perSecond: number;
  readonly megabytes: number;
};

/** A device of a seat, as its node hears it; it attends without a socket. */
type Person = {
  readonly signer: Signer;
  readonly mandate: Bytes;
  readonly chain: MandateChain;
  readonly node: DelegationNode;
  readonly meeting: Bytes;
  head: { readonly seq: number; readonly head: Bytes };
  n: number;
  readonly heardEntry: Map<number, number>;
  readonly heardWords: number[];
};

const sheetOf = (prepared: readonly Prepared[], n: number): SheetBody => ({
  v: 2,
  meeting: new Uint8Array(randomBytes(16)),
  title: `Talks ${n}`,
  host: prepared[0]?.identity.root ?? new Uint8Array(32),
  from: Date.now() - 60_000,
  until: Date.now() + 3_600_000,
  zone: 'UTC',
  record: 'everything',
  delegations: prepared.map(({ cast, identity }) => ({ root: identity.root, name: cast.name })),
  seats: prepared.map(({ cast, identity }) => {
    const seat = cast.seats[0];
    if (!seat) throw new Error('no seat');
    return { ...seat, id: `${seat.id}-${n}`, root: identity.root };
  }),
});

const until = async (fits: () => boolean): Promise<void> => {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((done) => setTimeout(done, 5)))
    if (fits()) return;
  throw new Error('two nodes do not come to rest');
};

/** Seats a device of one delegation in one meeting. */
const sit = async (
  node: DelegationNode,
  { identity, cast }: Prepared,
  sheet: SheetBody,
  n: number,
): Promise<Person> => {
  const seat = sheet.seats.find(({ root }) => toHex(root) === toHex(identity.root));
  const meeting = node.meetings().find((one) => toHex(one.sheet.meeting) === toHex(sheet.meeting));
  if (!seat || !meeting) throw new Error('no such meeting');
  const signer = await testKey(`${cast.id} ${n}`);
  const valid = { from: sheet.from, until: sheet.until };
  const { id, role, name, function: title } = seat;
  const chain = await giveMandate(identity, {
    meeting: sheet.meeting,
    seat: id,
    role,
    name,
    function: title,
    device: signer.publicKey,
    ...valid,
  });
  const person: Person = {
    signer,
    mandate: mandateHash(chain.mandate),
    chain,
    node,
    meeting: sheet.meeting,
    head: { seq: 0, head: meeting.head().head },
    n: 0,
    heardEntry: new Map(),
    heardWords: [],
  };
  person.head = meeting.head();
  const send = (word: NodeToDevice) => {
    const now = performance.now();
    const entries = word.kind === 'entry' ? [word.entry] : word.kind === 'log' ? word.entries : [];
    for (const bytes of entries) {
      const entry = openEntry(bytes);
      if (entry instanceof Refusal) throw new Error(entry.code);
      person.heardEntry.set(entry.seq, now);
      if (entry.seq > person.head.seq) person.head = { seq: entry.seq, head: entry.head };
    }
    if (word.kind === 'countersigned') person.heardWords.push(now);
  };
  await meeting.attend({ seat: id, device: signer.publicKey, send });
  const own = await preparePackage({ mandate: person.mandate, signer, ...valid });
  const frameKey = (await testKey(`${cast.id} ${n} frames`)).publicKey;
  await act(person, { kind: 'sit', chain, keyPackage: own.hash, frameKey, takesOver: false }, [own.keyPackage]);
  await until(() => meeting.living().some(({ seat: standing }) => standing.id === id));
  return person;
};

const act = async (person: Person, action: Action, blobs: readonly Bytes[]): Promise<void> => {
  const meeting = person.node.meetings().find((one) => toHex(one.sheet.meeting) === toHex(person.meeting));
  if (!meeting) throw new Error('no such meeting');
  person.n += 1;
  const { signer, mandate, n } = person;
  const saw = meeting.head();
  const by = { kind: 'device', mandate } as const;
  const signed = await signAct(signer, { meeting: person.meeting, by, n, saw, action });
  const refusal = await meeting.submit(signed, blobs, mandate);
  if (refusal) throw new Error(`${refusal.code} ${refusal.detail}`);
};

/** Lets 200 meetings of two delegations commit in turn, 200 entries a second in all, at two real nodes in this process. */
export const measureEntries = async (): Promise<EntryCost> => {
  const { prepared, data, remove } = await prepareTable(2);
  const sheets = Array.from({ length: MEETINGS }, (_, n) => sheetOf(prepared, n));
  const files = await Promise.all(
    sheets.map(async (body, n) => {
      const path = join(data, `${n}.sheet`);
      writeFileSync(
        path,
        await signSheetByAll(
          body,
          prepared.map(({ identity }) => identity),
        ),
      );
      return path;
    }),
  );
  const nodes = await Promise.all(prepared.map(({ config }) => startOne({ ...config, sheets: files })));
  try {
    await Promise.all(nodes.flatMap((node) => node.meetings().map((meeting) => meeting.synced())));
    const [alba, borland] = nodes;
    const [ours, theirs] = prepared;
    if (!alba || !borland || !ours || !theirs) throw new Error('two delegations');
    const tables: { readonly host: Person; readonly guest: Person; ended: number; epoch: number; upTo: number }[] = [];
    for (const [n, sheet] of sheets.entries()) {
      const guest = await sit(borland, theirs, sheet, n);
      const host = await sit(alba, ours, sheet, n);
      const upTo = host.head.seq;
      await act(host, { kind: 'found', circle: 'table', generation: 1, authenticator: fresh() }, []);
      tables.push({ host, guest, ended: 0, epoch: 0, upTo });
    }
    const commit = async (table: (typeof tables)[number]): Promise<number> => {
      const blobs = [new Uint8Array(randomBytes(COMMIT_BYTES)), ...(table.epoch === 0 ? [fresh()] : [])];
      const [bytes, welcome] = blobs.map((blob) => hash('blob', blob));
      const { epoch, upTo, ended } = table;
      table.epoch += 1;
      const action: Action = {
        kind: 'commit',
        circle: 'table',
        generation: 1,
        epoch,
        upTo,
        ended,
        commit: bytes ?? fresh(),
        welcome: welcome ?? null,
        authenticator: fresh(),
      };
      const words = table.host.heardWords.length;
      const began = performance.now();
      await act(table.host, action, blobs);
      const { seq } = table.host.head;
      await until(() => table.guest.heardEntry.has(seq) && table.host.heardWords.length > words);
      return Math.max(table.guest.heardEntry.get(seq) ?? 0, table.host.heardWords[words] ?? 0) - began;
    };
    // The first of each table adds the guest, and is not counted.
    for (const table of tables) await commit(table);
    const began = performance.now();
    const all: Promise<number>[] = [];
    for (let n = 0; n < EACH_S * SECONDS; n += 1) {
      const wait = began + (1_000 * n) / EACH_S - performance.now();
      if (wait > 0) await new Promise((done) => setTimeout(done, wait));
      const table = tables[n % MEETINGS];
      if (table) all.push(commit(table));
    }
    const times = (await Promise.all(all)).toSorted((a, b) => a - b);
    const seconds = (performance.now() - began) / 1_000;
    return { times, perSecond: all.length / seconds, megabytes: process.memoryUsage().rss / 1e6 };
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    remove();
  }
};

const fresh = (): Bytes => new Uint8Array(randomBytes(32));

/** The rows of the table. */
export const entryRows = ({ times, perSecond, megabytes }: EntryCost): readonly Row[] => {
  const at = (part: number) => times[Math.floor((times.length - 1) * part)] ?? Number.NaN;
  const of = `${times.length} entries, ${perSecond.toFixed(0)} a second over ${MEETINGS} meetings, both nodes in one process (${megabytes.toFixed(0)} MB)`;
  return [
    {
      measure: 'entry → stored at two nodes and known to both, p50',
      value: at(0.5),
      bar: 15,
      unit: 'ms',
      digits: 1,
      of,
    },
    {
      measure: 'entry → stored at two nodes and known to both, p99',
      value: at(0.99),
      bar: 50,
      unit: 'ms',
      digits: 1,
      of,
    },
  ];
};
