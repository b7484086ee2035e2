import {
  type Bytes,
  bytes,
  bytesUpTo,
  decode,
  encode,
  hash,
  type Plain,
  Refusal,
  record,
  toHex,
  within,
} from '../../bytes/index.ts';
import { due } from '../../meeting/index.ts';
import {
  actOf,
  agree,
  granted,
  mutate,
  nodeActOf,
  place,
  type Random,
  signTestSheet,
  sitAction,
  type TestDelegate,
  type TestLog,
  type TestMeeting,
  testDelegate,
  testGuest,
  testLog,
  testMeeting,
} from '../../testing/index.ts';
import {
  type Action,
  chairOf,
  countersign,
  headAt,
  openEntry,
  placeAct,
  RECORD_LIMIT,
  type RecordContent,
  signRecord,
} from '../index.ts';

/** A record's file, good or bad, by a name that says how it was made. */
export type TestRecord = { readonly name: string; readonly bytes: Bytes };

const EIGHT = ['Alba', 'Borland', 'Corvia', 'Dorne', 'Elbany', 'Ferrol', 'Galdor', 'Hadria'];

/** What a party might do next, mostly what it may. */
const nextAct = async (random: Random, log: TestLog, people: readonly TestDelegate[], step: number): Promise<Bytes> => {
  const { state } = log.ledger;
  const todo = due(log.ledger);
  const sitting = [...state.seatings.values()];
  const who = random.one(people);
  const named = (what: string): Bytes => hash('blob', encode([what, step]));
  if (todo && random.chance(2)) {
    const member = state.seatings.get(todo.turn[0] ?? 0);
    const delegate = people.find((one) => member && one.seat.id === member.seat.id);
    if (delegate) {
      const of = { circle: 'table' as const, generation: todo.generation, authenticator: named('authenticator') };
      const action: Action =
        todo.kind === 'found'
          ? { kind: 'found', ...of }
          : {
              kind: 'commit',
              ...of,
              epoch: todo.epoch,
              upTo: todo.upTo,
              ended: todo.ended,
              commit: named('commit'),
              welcome: todo.add.length > 0 ? named('welcome') : null,
            };
      return actOf(state, delegate, action);
    }
  }
  if (random.chance(3)) {
    const knock = random.one([...state.knocks.keys(), 0]);
    const presides = people.filter(({ seat, delegation: { id } }) => chairOf(state, toHex(id)) === seat.id);
    const guests = people.filter(({ seat }) => seat.id.endsWith('-guest'));
    const seating = random.one([...state.seatings.keys(), 0]);
    const by = random.one(guests.length > 0 && random.chance(3) ? guests : presides);
    return actOf(
      state,
      by,
      random.one<Action>([
        { kind: 'knock', chain: by.chain },
        { kind: 'allow', knock },
        { kind: 'allow', knock },
        { kind: 'allow', knock },
        random.chance(4) ? { kind: 'deny', knock, reason: 'r' } : sitAction(by, `guest ${step}`),
        random.chance(4) ? { kind: 'hand', seating } : { kind: 'preside' },
        { kind: 'close', agreed: random.chance(4) },
      ]),
    );
  }
  const ended = sitting.length > 1 && random.chance(3) ? random.one(sitting) : null;
  const owner = people.find((one) => ended && one.seat.id === ended.seat.id);
  if (!ended || !owner) return actOf(state, who, sitAction(who, `${log.meeting.body.title} ${step}`));
  return random.one([
    () => actOf(state, owner, { kind: 'leave', seating: ended.id }),
    () => nodeActOf(state, owner.delegation, { kind: 'lost', seating: ended.id }),
    () => actOf(state, owner, { kind: 'remove', seating: ended.id, reason: 'asked to' }),
  ])();
};

/** A log of so many entries, each countersigned by all or, now and then, by some. */
const randomLog = async (random: Random, meeting: TestMeeting, entries: number): Promise<TestLog> => {
  const people = await Promise.all([
    ...meeting.body.seats.filter(({ role }) => role !== 'press').map(({ id }) => testDelegate(meeting, id)),
    ...meeting.delegations.map((delegation) => testGuest(meeting, delegation)),
  ]);
  const log = testLog(meeting);
  for (let step = 0; log.entries.length < entries && step < 20 * entries; step += 1) {
    const act = await nextAct(random, log, people, step);
    const before = log.entries.length;
    await place(log, act).catch(() => null); // what the law refuses is not ordered
    const placed = log.entries[before];
    if (!placed) continue;
    const all = meeting.delegations;
    await agree(log, placed, random.chance(6) ? all.filter(() => random.chance(2)) : all).catch(() => null);
  }
  return log;
};

/** A well-formed entry after a log that the law refuses, or may refuse: signed by somebody, placed somewhere. */
const doubtful = async (
  random: Random,
  log: TestLog,
  people: readonly TestDelegate[],
  round: number,
): Promise<Bytes> => {
  const { state } = log.ledger;
  const who = random.one(people);
  const other = random.one(people);
  const sitting = [...state.seatings.values()];
  const seating = sitting.length > 0 && random.chance(2) ? random.one(sitting).id : random.below(state.head.seq + 2);
  const knocks = [...state.knocks.keys()];
  const knock = knocks.length > 0 && !random.chance(4) ? random.one(knocks) : seating;
  const { table, ended } = state;
  const near = (n: number): number => Math.max(0, n + random.below(3) - 1);
  const authenticator = hash('blob', encode(['doubtful', round]));
  const of = { circle: 'table' as const, generation: near(table?.generation ?? 1), authenticator };
  const upTo = near(random.chance(2) ? (table?.upTo ?? 1) : state.head.seq);
  const commit: Action = {
    kind: 'commit',
    ...of,
    epoch: random.chance(4) ? near(table?.epoch ?? 0) : (table?.epoch ?? 0),
    upTo,
    ended: random.chance(4) ? near(ended) : ended,
    commit: authenticator,
    welcome: random.chance(2) ? authenticator : null,
  };
  const past = log.entries.length > 0 ? random.one(log.entries).act : null;
  const action = random.one<Action>([
    sitAction(random.chance(2) ? who : other, `doubtful ${round}`),
    ...(past ? [past.action] : []),
    { ...sitAction(who, `other ${round}`), takesOver: true } as Action,
    { kind: 'sit', chain: who.chain, keyPackage: authenticator, frameKey: new Uint8Array(32), takesOver: false },
    { kind: 'knock', chain: who.chain },
    { kind: 'knock', chain: other.chain },
    { kind: 'hand', seating },
    { kind: 'preside' },
    { kind: 'allow', knock },
    { kind: 'deny', knock, reason: 'r' },
    { kind: 'close', agreed: random.chance(2) },
    { kind: 'found', ...of },
    commit,
    commit,
    { kind: 'leave', seating },
    { kind: 'lost', seating },
    { kind: 'remove', seating, reason: 'r' },
    { kind: 'remove', seating, reason: 'r' },
  ]);
  const seq = random.chance(3) ? random.below(state.head.seq + 1) : state.head.seq;
  const saw = {
    seq: random.chance(20) ? seq + 9 : seq,
    head: (random.chance(9) ? null : headAt(state, seq)) ?? authenticator,
  };
  const wish = { saw, ...(random.chance(4) ? { n: random.below(9) } : {}) };
  const signer = random.chance(6) ? { ...who, device: other.device } : who;
  const node = action.kind === 'lost' ? !random.chance(4) : random.chance(8);
  const act = node
    ? await nodeActOf(state, random.one(log.meeting.delegations), action, wish)
    : await actOf(state, signer, action, wish);
  const entry = openEntry(placeAct(state, act, log.now + 1_000).bytes);
  if (entry instanceof Refusal) throw entry;
  const { prev, time, meeting } = entry;
  const elsewhere = random.chance(5);
  const wrong = (n: number): boolean => elsewhere && random.chance(n);
  return encode({
    v: 1,
    meeting: wrong(4) ? new Uint8Array(16) : meeting,
    seq: wrong(3) ? near(entry.seq) : entry.seq,
    prev: wrong(3) ? authenticator : prev,
    time: wrong(2) ? random.one([0, time - 2_000, time + 90 * 86_400_000]) : time,
    act,
  });
};

const ownerOf = async (meeting: TestMeeting, seat: string | undefined): Promise<TestDelegate | null> => {
  if (seat === undefined) return null;
  const delegation = meeting.delegations.find(({ name }) => seat === `${name.toLowerCase()}-guest`);
  return delegation ? testGuest(meeting, delegation) : testDelegate(meeting, seat);
};

const contentOf = (log: TestLog): RecordContent => {
  const newest = new Map(log.countersignatures.map((one) => [one.root, one.bytes]));
  return {
    v: 1,
    at: log.now + 60_000,
    roots: log.meeting.delegations.map(({ root }) => root.keys),
    sheet: log.meeting.signed,
    entries: log.entries.map(({ entry }) => entry.bytes),
    countersignatures: [...newest.values()],
    restrictions: [],
    equivocations: [],
  };
};

const outer = record({ body: within(RECORD_LIMIT), root: bytes(32), certificate: bytesUpTo(4096), sig: bytes(64) });

/**
 * Records of random logs of two, three and eight delegations, whole and lacking something, and for each some that were
 * changed: in bytes of the file, in parts with the exporter's new signature over them, in the signature.
 */
export async function* testRecords(random: Random, rounds: number, changes: number): AsyncGenerator<TestRecord> {
  for (let round = 0; round < rounds; round += 1) {
    const meeting = await testMeeting(EIGHT.slice(0, random.one([2, 2, 3, 8])));
    const log = await randomLog(random, meeting, 1 + random.below(30));
    const by = random.one(meeting.delegations);
    const content = contentOf(log);
    const sign = (wish: Partial<RecordContent> = {}, exporter = by) =>
      signRecord(
        { ...content, ...wish },
        { root: exporter.id, certificate: exporter.certificate, signer: exporter.issuing },
      );
    const whole = await sign();
    yield { name: `${round} whole`, bytes: whole };

    const { entries, countersignatures } = content;
    const some = entries.length > 0 ? random.below(entries.length) : 0;
    const without = <T>(list: readonly T[], n: number): readonly T[] => list.filter((_, at) => at !== n);
    const host = { root: meeting.host.id, signer: meeting.host.issuing, serial: 0 };
    const last = log.entries.at(-1)?.entry;
    const other = last && { ...last, head: hash('blob', last.head) };
    const two = last && other ? [await countersign(host, last), await countersign(host, other)] : [];
    const sitting = [...log.ledger.state.seatings.values()].at(-1);
    const owner = await ownerOf(meeting, sitting?.seat.id);
    const leave =
      sitting && owner ? [await actOf(log.ledger.state, owner, { kind: 'leave', seating: sitting.id })] : [];
    const bent = (one: Bytes | undefined): Bytes => mutate(random, one ?? new Uint8Array(9), [whole]);
    const change = random.one<{ readonly [field: string]: Plain }>([
      { v: 1 },
      { zone: random.one(['UTC', 'Etc/GMT+5', 'Europe/', 'Europe/Vi enna', '+01:00', 'A'.repeat(65)]) },
      { record: random.one(['decisions', 'nothing', 'minutes']) },
    ]);
    const planned = await signTestSheet({ ...meeting.body, ...change }, meeting.delegations);
    const parts: readonly (readonly [string, Partial<RecordContent>])[] = [
      ['without its end', { entries: entries.slice(0, some) }],
      ['without one entry', { entries: without(entries, some) }],
      ['one entry twice', { entries: entries.toSpliced(some, 0, ...entries.slice(some, some + 1)) }],
      ['one entry changed', { entries: entries.map((one, n) => (n === some ? bent(one) : one)) }],
      ['without countersignatures', { countersignatures: [] }],
      ['without one countersignature', { countersignatures: without(countersignatures, 0) }],
      ['one countersignature changed', { countersignatures: countersignatures.map((one, n) => (n ? one : bent(one))) }],
      ['a restriction', { restrictions: leave }],
      ['a restriction changed', { restrictions: leave.map(bent) }],
      ['two logs', { equivocations: two.length === 2 ? [two] : [] }],
      ['one log twice', { equivocations: two[0] ? [[two[0], two[0]]] : [] }],
      ['roots in another order', { roots: content.roots.toReversed() }],
      ['sheet changed', { sheet: bent(content.sheet) }],
      ['another plan', { sheet: planned, entries: [], countersignatures: [] }],
      ['another time', { at: random.one([0, content.at + 90 * 86_400_000]) }],
    ];
    for (const [name, wish] of parts) yield { name: `${round} ${name}`, bytes: await sign(wish) };
    // Everybody, with their own device, a second one, and one that may sit elsewhere; guests with two.
    const people = await Promise.all([
      ...meeting.body.seats.flatMap(({ id }) =>
        [id, `${id} second`, 'alba-principal'].map((device) => testDelegate(meeting, id, device)),
      ),
      ...meeting.delegations.flatMap((one) => [testGuest(meeting, one), testGuest(meeting, one, `${one.name} other`)]),
    ]);
    for (let n = 0; n < 3 * changes; n += 1) {
      const entry = await doubtful(random, log, people, n);
      yield { name: `${round} doubtful ${n}`, bytes: await sign({ entries: [...entries, entry] }) };
      const act = openEntry(entry);
      if (act instanceof Refusal) continue;
      yield { name: `${round} doubtful and direct ${n}`, bytes: await sign({ restrictions: [act.act] }) };
    }
    const words = log.countersignatures.map((one) => one.bytes);
    for (let n = 0; n < changes; n += 1) {
      const kept = words.filter(() => random.chance(2));
      const stranger = { root: by.id, signer: random.one(meeting.delegations).issuing, serial: 0 };
      const at = log.entries.length > 0 ? random.one(log.entries).entry : null;
      const word = at && (await countersign(stranger, random.chance(2) ? at : { ...at, time: at.time + 1 }));
      yield { name: `${round} some countersignatures ${n}`, bytes: await sign({ countersignatures: kept }) };
      if (word)
        yield { name: `${round} doubtful word ${n}`, bytes: await sign({ countersignatures: [...kept, word] }) };
    }
    const own = granted(decode(outer, whole, RECORD_LIMIT));
    const forged: { readonly [name: string]: Plain } = { ...own, root: random.one(meeting.delegations).id };
    yield { name: `${round} exporter changed`, bytes: encode(forged) };
    yield { name: `${round} signature changed`, bytes: encode({ ...own, sig: own.sig.toReversed() }) };
    for (let n = 0; n < changes; n += 1)
      yield { name: `${round} bytes changed ${n}`, bytes: mutate(random, whole, [whole]) };
  }
}
