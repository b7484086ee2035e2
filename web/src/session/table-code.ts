import { type Bytes, equal, Refusal, toHex } from '@parley/protocol/bytes';
import {
  hear,
  openRound,
  openSaid,
  ownWords,
  progressOf,
  type Round,
  type Said,
  sealSaid,
} from '@parley/protocol/code';
import type { Circle } from '@parley/protocol/keys';
import type { Passing, Seating } from '@parley/protocol/log';
import { inOrder } from './in-order.ts';

/** A member, as far as a code knows them. */
type Member = Pick<Seating, 'id' | 'mandate' | 'device'>;

/** The table's code, as this device knows it. Members are named by their seatings. */
export type CodeState = {
  /** Being made in this epoch: who asked for it, and whose part is awaited; or broken, and who may be to blame. */
  readonly round:
    | { readonly kind: 'making'; readonly by: number; readonly missing: readonly number[] }
    | { readonly kind: 'broken'; readonly suspects: readonly number[]; readonly refusal: Refusal }
    | null;
  /** Whose part had not come when the keys changed before the last one stood. */
  readonly unfinished: readonly number[];
  /** The newest that stands. */
  readonly standing: StandingCode | null;
  /** Who found a code different, this one or one before, and has found none the same since. */
  readonly different: readonly number[];
  /** Whether one can be made now: an epoch has one. */
  readonly open: boolean;
};

export type StandingCode = {
  readonly hash: Bytes;
  readonly numbers: readonly number[];
  /** Who asked for it. */
  readonly by: number;
  /** Whether it covers a seating: by mandate and device, so also after sitting anew. */
  readonly covers: (seating: Pick<Seating, 'mandate' | 'device'>) => boolean;
  /** What came of comparing it, by whom; our own word among them. */
  readonly compared: ReadonlyMap<number, boolean>;
};

/** This device's part in making the table's code. */
export type TableCodes = {
  readonly state: () => CodeState;
  /** Begins one, if none was begun in this epoch. */
  readonly begin: () => void;
  /** Says what came of comparing the one that stands. */
  readonly compared: (same: boolean) => void;
  /** A new epoch stands. */
  readonly advanced: (circle: Circle) => void;
  /** Another member's word, sealed. */
  readonly heard: (by: Member, kind: Said['kind'], sealed: Bytes) => void;
  readonly close: () => void;
};

type Compared = { readonly by: Member; readonly code: Bytes; readonly same: boolean };
type Waiting = { readonly by: Member; readonly kind: Said['kind']; readonly sealed: Bytes };

/** After this long our own words are said again, in ms, while somebody's are awaited: a node on the way may have lost them. */
const AGAIN = 5_000;
const MOST_WAITING = 256;

/** Opens it for one seating. */
export const openTableCodes = (needs: {
  readonly own: number;
  readonly say: (passing: Passing) => void;
  readonly changed: () => void;
}): TableCodes => {
  const { own } = needs;
  let circle: Circle | null = null;
  let round: Round | null = null;
  let asked = own;
  /** Our words of this round as they were sealed: each once, so that saying them again uses up no keys. */
  let sealed: ReadonlyMap<Said['kind'], Bytes> = new Map();
  let unfinished: readonly number[] = [];
  let standing: StandingCode | null = null;
  /** The newest of each member about a code, which may not stand here yet. */
  const marks = new Map<number, Compared>();
  /** By mandate and device, so that it outlives sitting anew. */
  const disputed = new Map<string, number>();
  /** What is of an epoch that does not stand here yet, the newest of each member and kind. */
  const waiting = new Map<string, Waiting>();
  const queue = inOrder();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saidAt = Number.NEGATIVE_INFINITY;

  const isMaking = (): boolean => {
    const kind = round && progressOf(round).kind;
    return kind === 'committing' || kind === 'revealing';
  };

  const sayAll = () => {
    saidAt = performance.now();
    for (const [kind, one] of sealed) needs.say({ kind, sealed: one });
  };

  /** Seals and says what is due, and takes the code once it stands. */
  const go = async () => {
    if (!round || !circle) return;
    for (const word of ownWords(round)) {
      if (sealed.has(word.kind)) continue;
      const one = await sealSaid(circle, own, word);
      if (one instanceof Refusal) return;
      sealed = new Map(sealed).set(word.kind, one);
      needs.say({ kind: word.kind, sealed: one });
    }
    const progress = progressOf(round);
    if (progress.kind === 'stands' && !(standing && equal(progress.code.hash, standing.hash))) {
      const covered = new Set(circle.leaves.map(nameOf));
      standing = {
        ...progress.code,
        by: asked,
        covers: (seating) => covered.has(nameOf(seating)),
        compared: new Map(),
      };
      unfinished = [];
      for (const one of marks.values()) count(one);
    }
    clearTimeout(timer);
    if (isMaking()) timer = setTimeout(() => queue(repeat), AGAIN);
    needs.changed();
  };

  const repeat = async () => {
    if (!isMaking()) return;
    sayAll();
    await go();
  };

  const beginFor = async (by: number) => {
    if (!circle || round || circle.leaves.length < 2) return;
    asked = by;
    round = openRound(circle, crypto.getRandomValues(new Uint8Array(32)));
    sealed = new Map();
    await go();
  };

  /** Counts what somebody found of the code that stands; that it was different stands until they find one the same. */
  const count = ({ by, code, same }: Compared) => {
    if (!standing || !equal(standing.hash, code) || !standing.covers(by)) return;
    standing = { ...standing, compared: new Map(standing.compared).set(by.id, same) };
    if (same) disputed.delete(nameOf(by));
    else disputed.set(nameOf(by), by.id);
    needs.changed();
  };

  const read = async ({ by, kind, sealed: given }: Waiting) => {
    const word = circle ? await openSaid(circle, by.id, kind, given) : null;
    if (!word || word instanceof Refusal) {
      const early = !word || word.code === 'sealed.epoch';
      const name = `${by.id} ${kind}`;
      if (early && (waiting.has(name) || waiting.size < MOST_WAITING)) waiting.set(name, { by, kind, sealed: given });
      // The same once more: they have not heard ours.
      if (word instanceof Refusal && word.code === 'sealed.crypto' && kind !== 'compared') answer(by.id);
      return;
    }
    if (word.kind === 'compared') {
      const mark = { by, code: word.code, same: word.same };
      marks.set(by.id, mark);
      return count(mark);
    }
    if (!round && word.kind === 'commitment') await beginFor(by.id);
    if (!round) return;
    round = hear(round, by.id, word);
    await go();
  };

  /** Says our words again to a member who says theirs again, though ours is done. */
  const answer = (by: number) => {
    if (!round?.members.includes(by) || isMaking() || performance.now() - saidAt < AGAIN) return;
    sayAll();
  };

  const advance = async (next: Circle) => {
    const progress = round && progressOf(round);
    const before = asked;
    circle = next;
    round = null;
    if (progress?.kind === 'committing' || progress?.kind === 'revealing') {
      unfinished = progress.missing;
      await beginFor(before);
    }
    const early = [...waiting.values()];
    waiting.clear();
    for (const one of early) await read(one);
    needs.changed();
  };

  const roundState = (): CodeState['round'] => {
    const progress = round && progressOf(round);
    if (!progress || progress.kind === 'stands') return null;
    return progress.kind === 'broken' ? progress : { kind: 'making', by: asked, missing: progress.missing };
  };

  return {
    state: () => ({
      round: roundState(),
      unfinished,
      standing,
      different: [...disputed.values()],
      open: circle !== null && circle.leaves.length > 1 && round === null,
    }),
    begin: () => queue(() => beginFor(own)),
    compared: (same) =>
      queue(async () => {
        if (!standing || !circle) return;
        const self = circle.leaves.find(({ seating }) => seating === own);
        const { hash } = standing;
        if (self) count({ by: { id: own, mandate: self.mandate, device: self.device }, code: hash, same });
        const one = await sealSaid(circle, own, { kind: 'compared', code: hash, same });
        if (!(one instanceof Refusal)) needs.say({ kind: 'compared', sealed: one });
      }),
    advanced: (next) => queue(() => advance(next)),
    heard: (by, kind, given) => queue(() => read({ by, kind, sealed: given })),
    close: () => clearTimeout(timer),
  };
};

const nameOf = ({ mandate, device }: Pick<Seating, 'mandate' | 'device'>): string =>
  `${toHex(mandate)} ${toHex(device)}`;
