// A node of one delegation with its people, in a process of its own.
import { randomBytes } from 'node:crypto';
import { type Bytes, hash, Refusal, toHex } from '../../protocol/src/bytes/index.ts';
import type { Action } from '../../protocol/src/log/index.ts';
import { actingIdentity } from '../../server/src/identity/files.ts';
import { type Serial, serial } from '../../server/src/meeting/serial.ts';
import type { DelegationNode } from '../../server/src/node.ts';
import { startOne } from '../../server/test/pair.ts';
import { moment, type Person, sit, until } from './person.ts';
import type { Asked, Begun, Load, Told } from './sides.ts';

/** A commit among ten people, as X-Wing makes it. */
const COMMIT_BYTES = 11_000;

const fresh = (): Bytes => new Uint8Array(randomBytes(32));
const padding = randomBytes(COMMIT_BYTES);
const commitBytes = (): Bytes => {
  const bytes = new Uint8Array(padding);
  bytes.set(fresh());
  return bytes;
};

/** `inTurn`: nobody commits before the commit before is known. */
type Table = { readonly person: Person; readonly upTo: number; readonly inTurn: Serial; epoch: number };
const tables: Table[] = [];
let node: DelegationNode | null = null;
let began: Begun | null = null;

const begin = async (given: Begun): Promise<void> => {
  began = given;
  node = await startOne({ ...given.config, sheets: [...given.sheets] });
  await Promise.all(node.meetings().map((meeting) => meeting.synced()));
};

const seat = async (): Promise<void> => {
  if (!node || !began) throw new Error('not begun');
  const { config, hosts } = began;
  const identity = await actingIdentity(config.identity, Date.now());
  if (identity instanceof Refusal) throw new Error(identity.code);
  for (const meeting of node.meetings()) {
    const person = await sit(meeting, identity);
    if (hosts) await until(() => meeting.living().length === 2);
    const table = { person, upTo: meeting.head().seq, inTurn: serial(), epoch: 0 };
    tables.push(table);
    if (!hosts) continue;
    await person.act({ kind: 'found', circle: 'table', generation: 1, authenticator: fresh() }, []);
    await commit(table); // adds the guest, and is not counted
  }
};

/** Which entry it was, when it was given, and when people here knew that it is kept at both. */
type Timed = readonly [meeting: string, seq: number, began: number, known: number];

const commit = async (table: Table): Promise<Timed> => {
  const { person, epoch, upTo } = table;
  const blobs = [commitBytes(), ...(epoch === 0 ? [fresh()] : [])];
  const [bytes, welcome] = blobs.map((blob) => hash('blob', blob));
  table.epoch += 1;
  const name = { circle: 'table', generation: 1, epoch, upTo, ended: 0 } as const;
  const named = { commit: bytes ?? fresh(), welcome: welcome ?? null, authenticator: fresh() };
  const action: Action = { kind: 'commit', ...name, ...named };
  const words = person.words.length;
  const began = moment();
  const seq = await person.act(action, blobs);
  await until(() => person.words.length > words);
  return [toHex(person.meeting.sheet.meeting), seq, began, person.words[words] ?? 0];
};

const load = async ({ perSecond, count }: Load): Promise<readonly Timed[]> => {
  const began = performance.now();
  const all: Promise<Timed>[] = [];
  for (let n = 0; n < count; n += 1) {
    const wait = began + (1_000 * n) / perSecond - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const table = tables[n % tables.length];
    if (table) all.push(table.inTurn(() => commit(table)));
  }
  return Promise.all(all);
};

const heard = () => tables.map(({ person }) => [toHex(person.meeting.sheet.meeting), [...person.heard]] as const);

const answer = async (asked: Asked): Promise<Told> => {
  switch (asked.kind) {
    case 'begin':
      await begin(asked);
      return { kind: 'done' };
    case 'seat':
      await seat();
      return { kind: 'done' };
    case 'load':
      return { kind: 'timed', times: await load(asked) };
    case 'heard':
      return { kind: 'heard', heard: heard() };
    case 'cost': {
      const { user, system } = process.cpuUsage();
      return { kind: 'cost', cpuMs: (user + system) / 1_000, megabytes: process.memoryUsage.rss() / 1e6 };
    }
    case 'end':
      await node?.stop();
      return { kind: 'done' };
  }
};

// Nobody is left to ask it.
process.once('disconnect', () => void Promise.resolve(node?.stop()).finally(() => process.exit()));
process.on('message', (asked) => {
  // Only the bench speaks to it.
  answer(asked as Asked).then(
    (told) => process.send?.(told, () => (asked as Asked).kind === 'end' && process.exit()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
