import { type Bytes, equal, hash, Refusal, toHex } from '@parley/protocol/bytes';
import {
  applyPending,
  type Circle,
  draftCommit,
  dropPending,
  forgetCircle,
  foundCircle,
  joinCircle,
  type OwnPackage,
  type Pending,
  receiveCommit,
  type Seated,
} from '@parley/protocol/keys';
import {
  type Action,
  acts,
  type CircleState,
  type Ledger,
  type Seating,
  type VerifiedEntry,
} from '@parley/protocol/log';
import { type Due, due } from '@parley/protocol/meeting';
import type { Blobs } from './blobs.ts';
import { inOrder } from './in-order.ts';

/** A member whose turn it was has this long, in ms, before it is the next one's as well. */
const TURN = 1_000;

/** What the table's keys need from the session around them. */
export type TableNeeds = {
  readonly meeting: Bytes;
  /** This device's seating. */
  readonly own: number;
  readonly package: OwnPackage;
  readonly blobs: Blobs;
  /** Signs an action and gives it to the host; resolves to the act's hash. */
  readonly submit: (action: Action, blobs: readonly Bytes[]) => Promise<Bytes>;
  /** A new epoch stands: keys can be installed. */
  readonly advanced: (circle: Circle, seatings: ReadonlyMap<number, Seating>) => Promise<void>;
  /** This device cannot follow: it must sit anew. */
  readonly lost: (refusal: Refusal) => void;
};

/** This device's part in the table's MLS group, driven by the log alone. */
export type Table = {
  /** An entry was added, or more of the log settled. */
  readonly moved: (ledger: Ledger, entry: VerifiedEntry | null, restricted: ReadonlySet<number>) => void;
  /** Seatings ended by restriction, which the log does not hold yet: they are given no keys. */
  readonly restricted: (seatings: readonly number[]) => void;
  /** The host refused an act. */
  readonly refused: (act: Bytes) => void;
  readonly close: () => void;
};

type Submitted =
  | { readonly kind: 'found'; readonly act: Bytes; readonly circle: Circle }
  | { readonly kind: 'commit'; readonly act: Bytes; readonly pending: Pending };

/** Opens the table for one seating. */
export const openTable = (needs: TableNeeds): Table => {
  /** Every seating that the log ever held: a roster may name one that has ended since. */
  const known = new Map<number, Seating>();
  /** Entries that do not act yet, and what the log said of the table at each. */
  let waiting: readonly { readonly table: CircleState | null; readonly entry: VerifiedEntry }[] = [];
  let circle: Circle | null = null;
  let submitted: Submitted | null = null;
  let closed = false;
  const queue = inOrder();
  let latest: { readonly ledger: Ledger; readonly restricted: ReadonlySet<number> } | null = null;
  let duty: { readonly name: string; readonly since: number } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const seatedOf = (members: readonly number[]): readonly Seated[] =>
    members.flatMap((member) => {
      const seating = known.get(member);
      return seating
        ? [{ seating: member, mandate: seating.mandate, device: seating.device, keyPackage: seating.keyPackage }]
        : [];
    });

  const advance = async (next: Circle) => {
    const before = circle;
    circle = next;
    await needs.advanced(next, known);
    if (before) forgetCircle(before, next);
  };
  const cannotFollow = (refusal: Refusal) => {
    closed = true;
    needs.lost(refusal);
  };
  const dropSubmitted = () => {
    if (submitted?.kind === 'commit') dropPending(submitted.pending);
    submitted = null;
  };

  /** Follows what came, in order, as far as it acts already: whoever is added gets keys only once all have agreed. */
  const drain = async () => {
    for (let next = waiting[0]; latest && next && !closed && acts(latest.ledger, next.entry); next = waiting[0]) {
      waiting = waiting.slice(1);
      await follow(next.table, next.entry);
    }
  };

  const follow = async (table: CircleState | null, { act }: VerifiedEntry) => {
    const { action } = act;
    if (action.kind !== 'found' && action.kind !== 'commit') return;
    if (!table?.members.includes(needs.own)) return;
    const mine = submitted && equal(submitted.act, act.hash) ? submitted : null;
    if (mine) {
      submitted = null;
      return advance(mine.kind === 'found' ? mine.circle : applyPending(mine.pending));
    }
    dropSubmitted();
    if (action.kind === 'found') return;
    const roster = seatedOf(table.members);
    const authenticator = action.authenticator;
    const next = circle
      ? await followCommit(circle, action, { upTo: table.upTo, roster, authenticator, by: act.by })
      : await followWelcome(action, { roster, authenticator, epoch: table.epoch });
    if (next instanceof Refusal) cannotFollow(next);
    else if (next) await advance(next);
  };

  const followCommit = async (
    from: Circle,
    action: Extract<Action, { kind: 'commit' }>,
    expected: {
      readonly upTo: number;
      readonly roster: readonly Seated[];
      readonly authenticator: Bytes;
      readonly by: VerifiedEntry['act']['by'];
    },
  ): Promise<Circle | Refusal> => {
    const bytes = await needs.blobs.get(action.commit);
    if (!bytes) return new Refusal('blob.missing', toHex(action.commit));
    if (expected.by.kind !== 'device') return new Refusal('commit.committer');
    const { upTo, roster, authenticator } = expected;
    return receiveCommit(from, bytes, { upTo, roster, authenticator, committer: expected.by.mandate });
  };

  const followWelcome = async (
    action: Extract<Action, { kind: 'commit' }>,
    expected: { readonly roster: readonly Seated[]; readonly authenticator: Bytes; readonly epoch: number },
  ): Promise<Circle | Refusal | null> => {
    if (!action.welcome) return null;
    const welcome = await needs.blobs.get(action.welcome);
    if (!welcome) return new Refusal('blob.missing', toHex(action.welcome));
    const name = { meeting: needs.meeting, circle: action.circle, generation: action.generation };
    return joinCircle({ package: needs.package, welcome, expected: { ...name, ...expected } });
  };

  /** Does what is due when it is this device's turn. */
  const serve = async () => {
    if (closed || !latest || submitted) return;
    const { ledger, restricted } = latest;
    const todo = due(ledger);
    if (!todo) {
      duty = null;
      return;
    }
    const name = todo.kind === 'found' ? `found ${todo.generation}` : `${todo.generation}/${todo.epoch}/${todo.upTo}`;
    const since = duty?.name === name ? duty.since : performance.now();
    duty = { name, since };
    const place = todo.turn.filter((seating) => !restricted.has(seating)).indexOf(needs.own);
    if (place < 0 || (todo.kind === 'commit' && circle?.epoch !== todo.epoch)) return;
    const wait = place * TURN - (performance.now() - since);
    clearTimeout(timer);
    if (wait > 0) {
      timer = setTimeout(() => next(serve), wait);
      return;
    }
    await (todo.kind === 'found' ? found(todo, ledger) : commit(todo));
  };

  const found = async ({ generation }: Extract<Due, { kind: 'found' }>, ledger: Ledger) => {
    const [seated] = seatedOf([needs.own]);
    if (!seated || !ledger.state.seatings.has(needs.own)) return;
    const name = { meeting: needs.meeting, circle: 'table' as const, generation };
    const founded = await foundCircle({ ...name, seated, package: needs.package });
    const action: Action = { kind: 'found', circle: 'table', generation, authenticator: founded.authenticator };
    submitted = { kind: 'found', circle: founded, act: await needs.submit(action, []) };
  };

  const commit = async (todo: Extract<Due, { kind: 'commit' }>) => {
    if (!circle) return;
    // Whoever has ended, though the log does not say so yet, is given no keys.
    if (!latest || todo.members.some((member) => latest?.restricted.has(member))) return;
    const { generation, epoch, upTo, ended } = todo;
    const packages = await Promise.all(todo.add.map((seating) => needs.blobs.get(seating.keyPackage)));
    const held = packages.filter((bytes) => bytes !== null);
    const roster = seatedOf(todo.members);
    const draft = await draftCommit(circle, { upTo, roster, packages: held });
    if (draft instanceof Refusal) return; // a KeyPackage that cannot be added: the next roster decides
    // It may have been heard while this was drafted.
    if (todo.members.some((member) => latest?.restricted.has(member))) return dropPending(draft.pending);
    const name = { circle: 'table' as const, generation, epoch, upTo, ended };
    const [commitHash, welcomeHash] = [hash('blob', draft.commit), draft.welcome && hash('blob', draft.welcome)];
    const action: Action = {
      kind: 'commit',
      ...name,
      commit: commitHash,
      welcome: welcomeHash,
      authenticator: draft.authenticator,
    };
    const blobs = draft.welcome ? [draft.commit, draft.welcome] : [draft.commit];
    submitted = { kind: 'commit', pending: draft.pending, act: await needs.submit(action, blobs) };
  };

  const next = (step: () => Promise<void>) =>
    queue(async () => {
      if (!closed) await step();
    });

  return {
    moved: (ledger, entry, restricted) => {
      latest = { ledger, restricted };
      for (const [id, seating] of ledger.state.seatings) known.set(id, seating);
      if (entry) waiting = [...waiting, { table: ledger.state.table, entry }];
      next(drain);
      next(serve);
    },
    restricted: (seatings) => {
      if (latest) latest = { ...latest, restricted: new Set([...latest.restricted, ...seatings]) };
    },
    refused: (act) =>
      next(async () => {
        if (!submitted || !equal(submitted.act, act)) return;
        dropSubmitted();
        // Whatever was wrong is seldom over at once; if the log moves, that is heard.
        clearTimeout(timer);
        timer = setTimeout(() => next(serve), TURN);
      }),
    close: () => {
      closed = true;
      clearTimeout(timer);
      if (circle) forgetCircle(circle, null);
    },
  };
};
