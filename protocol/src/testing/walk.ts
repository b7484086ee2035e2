import { type Bytes, encode, equal, hash, type Plain, Refusal, toHex } from '../bytes/index.ts';
import type { Mandate } from '../identity/index.ts';
import {
  type Act,
  type Action,
  type AgreedSeat,
  chairOf,
  headAt,
  isLetIn,
  openAct,
  openEntry,
  openLedger,
  placeAct,
  reduce,
  roster,
  type Sheet,
  type State,
} from '../log/index.ts';
import { due } from '../meeting/index.ts';
import type { Random } from './random.ts';

/** Everything that a state says, as bytes: two parties hold the same state when these are the same. */
export const stateBytes = (state: State): Bytes => {
  const { head, time, ended, table, seatings, closed } = state;
  const people = [...seatings.values()].map(({ seat, ...seating }): Plain => ({ ...seating, seat: seat.id }));
  const knocks = [...state.knocks.values()].map(({ seat, allowed, ...knock }): Plain => {
    const by = [...allowed].sort();
    return { ...knock, seat: seat.id, by };
  });
  const roots = state.sheet.delegations.map(({ root }) => toHex(root));
  const chairs = roots.map((root) => chairOf(state, root) ?? null);
  const done = roots.map((root) => state.done.get(root) ?? null);
  return encode({ ...head, time, ended, people, table, knocks, chairs, done, closed });
};

/** A made-up device with made-up mandates: what acts may do is judged after their signatures. */
type Walker = { readonly mandate: Mandate; readonly root: string };

/**
 * Devices for every seat: the agreed one, a second one, one that sits elsewhere too, and one under a wrong name; and for
 * two seats of each delegation that the sheet does not name.
 */
const walkersOf = (sheet: Sheet): readonly Walker[] =>
  [...sheet.seats, ...guestsOf(sheet)].flatMap((seat, n) =>
    [seat.id, `${seat.id} second`, 'wanderer', `${seat.id} posing`].map((device): Walker => {
      const { id, root, role, name, function: what } = seat;
      const key = hash('blob', encode(device));
      const posing = device.endsWith('posing') ? `${name}!` : name;
      const of = {
        v: 1 as const,
        root,
        issuer: key,
        meeting: sheet.meeting,
        seat: id,
        role,
        name: posing,
        function: what,
      };
      return {
        mandate: { ...of, device: key, from: 0, until: 1, hash: hash('mandate', encode([device, n])) },
        root: toHex(root),
      };
    }),
  );

const guestsOf = (sheet: Sheet): readonly AgreedSeat[] =>
  sheet.delegations.flatMap(({ root, name }) =>
    ['expert', 'second expert'].map((what): AgreedSeat => {
      const id = `${toHex(root).slice(0, 8)}-${what.replace(' ', '-')}`;
      return { id, root, role: 'adviser', name: `${name}’s ${what}`, function: what };
    }),
  );

const actionOf = (random: Random, state: State, step: number): Action => {
  const { table, head, ended } = state;
  const named = (what: string): Bytes => hash('blob', encode([what, random.chance(9) ? random.below(step + 1) : step]));
  const near = (n: number) => (random.chance(4) ? Math.max(0, n + random.below(5) - 2) : n);
  const seating = random.chance(5) ? random.below(head.seq + 3) : random.one([...roster(state), 0]);
  const knock = random.chance(5) ? random.below(head.seq + 3) : random.one([...state.knocks.keys(), 0]);
  const todo = due({ ...openLedger(state.sheet), state, settled: state });
  const circle = 'table' as const;
  const authenticator = named('authenticator');
  const generation = near(todo?.generation ?? table?.generation ?? 1);
  const adds = todo?.kind === 'commit' && todo.add.length > 0;
  const [epoch, upTo] = [near(table?.epoch ?? 0), near(todo?.kind === 'commit' ? todo.upTo : (table?.upTo ?? 0))];
  const welcome = adds !== random.chance(8) ? named('welcome') : null;
  const commit: Action = {
    kind: 'commit',
    circle,
    generation,
    epoch,
    upTo,
    ended: near(ended),
    commit: named('commit'),
    welcome,
    authenticator,
  };
  const chain = { certificate: new Uint8Array(), mandate: new Uint8Array() };
  const sit: Action = {
    kind: 'sit',
    chain,
    keyPackage: named('package'),
    frameKey: random.chance(40) ? new Uint8Array(32) : named('frame'),
    takesOver: random.chance(4),
  };
  const found: Action = { kind: 'found', circle, generation, authenticator };
  if (random.chance(3)) return sit;
  if (todo && random.chance(2)) return todo.kind === 'found' ? found : commit;
  return random.one<Action>([
    found,
    commit,
    // A removal bars its mandate for good: too many, and nobody is left to go on.
    random.chance(40) ? { kind: 'remove', seating, reason: 'r' } : { kind: 'leave', seating },
    { kind: 'lost', seating },
    { kind: 'knock', chain },
    { kind: 'allow', knock },
    { kind: 'allow', knock },
    random.chance(3) ? { kind: 'deny', knock, reason: 'r' } : { kind: 'allow', knock },
    { kind: 'hand', seating },
    { kind: 'preside' },
    // Once a meeting has ended there is nothing to go on with.
    { kind: 'close', agreed: random.chance(5) },
  ]);
};

/** An act of anybody, mostly of who may, through its bytes; unsigned, its actor taken at its word. */
const actBy = (random: Random, state: State, walkers: readonly Walker[], step: number): Act | null => {
  const action = actionOf(random, state, step);
  const seated = walkers.filter(({ mandate }) =>
    [...state.seatings.values()].some((one) => equal(one.mandate, mandate.hash)),
  );
  const owner = 'seating' in action && action.kind !== 'hand' ? state.seatings.get(action.seating) : undefined;
  const own = walkers.find(({ mandate }) => owner && equal(owner.mandate, mandate.hash));
  const chairs = seated.filter(({ mandate, root }) => chairOf(state, root) === mandate.seat);
  const decides = !('chain' in action || 'seating' in action || 'circle' in action) && !random.chance(4);
  const who =
    'chain' in action
      ? random.one(walkers)
      : own && !random.chance(4)
        ? own
        : seated.length > 0
          ? random.one(decides && chairs.length > 0 ? chairs : seated)
          : null;
  const node = action.kind === 'lost' || random.chance(15);
  if (!who || (node && 'chain' in action)) return null;
  const by = node ? { kind: 'node', root: who.mandate.root } : { kind: 'device', mandate: who.mandate.hash };
  const seq = random.chance(8) ? random.below(state.head.seq + 1) : state.head.seq;
  const saw = { seq, head: (random.chance(20) ? null : headAt(state, seq)) ?? who.mandate.hash };
  const n = random.chance(9) ? random.below(step + 2) : step + 1;
  const body = encode({ v: 2, meeting: state.sheet.meeting, by, n, saw, action });
  const bytes = encode({ body, sig: new Uint8Array(64) });
  const opened = openAct(bytes);
  if (opened instanceof Refusal) throw new Error(`an act that cannot be read: ${opened.detail}`);
  const mandate = 'chain' in action ? who.mandate : null;
  return { ...opened.inner, hash: hash('act', bytes), bytes, root: who.root, mandate };
};

/** What must hold of every state, and from one to the next; a few words where it does not. */
const faultOf = (before: State, after: State): string | null => {
  const people = [...after.seatings.values()];
  const unlike = (names: readonly string[]) => new Set(names).size === names.length;
  if (!unlike(people.map(({ seat }) => seat.id))) return 'a seat is taken twice';
  if (!unlike(people.map(({ device }) => toHex(device)))) return 'a device sits twice';
  if (!unlike(people.flatMap(({ frameKey, keyPackage }) => [toHex(frameKey), toHex(keyPackage)]))) return 'a key twice';
  if (people.some(({ seat }) => seat.role === 'press')) return 'press sits at the table';
  if (after.closed > 0 && after.seatings.size + after.knocks.size > 0) return 'somebody stays after the end';
  const letIn = [...after.knocks.values()].filter((knock) => isLetIn(after, knock));
  const named = (id: string) => [...after.sheet.seats, ...letIn.map(({ seat }) => seat)].some((seat) => seat.id === id);
  if (people.some(({ seat }) => !named(seat.id))) return 'somebody sits who was not let in';
  if (after.head.seq !== before.head.seq + 1 || after.ended < before.ended) return 'a place goes back';
  const [old, table] = [before.table, after.table];
  if (old === table) return null;
  if (!table || after.seatings.size !== before.seatings.size) return 'a table is lost, or came with somebody';
  if (table.members.some((member) => !after.seatings.has(member))) return 'a commit keeps somebody who has left';
  if (table.members.some((member) => member > table.upTo)) return 'a commit runs ahead of its admissions';
  if (old && table.generation === old.generation)
    return table.epoch === old.epoch + 1 && table.upTo >= old.upTo ? null : 'an epoch is passed over';
  if (old?.members.some((member) => before.seatings.has(member))) return 'a table is founded beside another';
  return table.generation === (old?.generation ?? 0) + 1 && table.epoch === 0 ? null : 'a generation is passed over';
};

/** What a walk met, by what: `granted`, or a refusal's code. */
export type Met = ReadonlyMap<string, number>;

/**
 * Orders random acts, valid and not, and has two parties judge each: one goes along; the other now and then begins
 * anew from the entries. Throws where they differ, or where a state is not as it must be.
 */
export const walk = (random: Random, sheet: Sheet, begin: (sheet: Sheet) => State, steps: number): Met => {
  const walkers = walkersOf(sheet);
  const met = new Map<string, number>();
  let one = begin(sheet);
  let other = begin(sheet);
  let held: { readonly entry: Bytes; readonly act: Act }[] = [];
  for (let step = 0; step < steps; step += 1) {
    // A meeting that has ended takes nothing more: after a few that are refused, another begins.
    if (one.closed > 0 && random.chance(10)) {
      [one, other] = [begin(sheet), begin(sheet)];
      held = [];
    }
    const act = random.chance(30) && held.length > 0 ? random.one(held).act : actBy(random, one, walkers, step);
    if (!act) continue;
    const entry = openEntry(placeAct(one, act.bytes, one.time + random.below(3)).bytes);
    if (entry instanceof Refusal) throw new Error(`an entry that cannot be read: ${entry.detail}`);
    const [a, b] = [reduce(one, { entry, act }), reduce(other, { entry, act })];
    const code = a instanceof Refusal ? a.code : 'granted';
    met.set(code, (met.get(code) ?? 0) + 1);
    if (a instanceof Refusal || b instanceof Refusal) {
      if (!(a instanceof Refusal && b instanceof Refusal && a.code === b.code)) throw new Error(`they differ: ${code}`);
      continue;
    }
    const fault = faultOf(one, a);
    if (fault) throw new Error(`${fault}, by ${act.action.kind} at step ${step}`);
    [one, other] = [a, b];
    held.push({ entry: entry.bytes, act });
    if (!random.chance(200)) continue;
    other = begin(sheet);
    for (const { entry: bytes, act: past } of held) {
      const read = openEntry(bytes);
      const next = read instanceof Refusal ? read : reduce(other, { entry: read, act: past });
      if (next instanceof Refusal) throw new Error(`what was granted is refused later: ${next.code}`);
      other = next;
    }
    if (!equal(stateBytes(one), stateBytes(other))) throw new Error('two states from the same bytes');
  }
  if (!equal(stateBytes(one), stateBytes(other))) throw new Error('two states from the same bytes');
  return met;
};
