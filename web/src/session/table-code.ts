import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
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

/** The table's code, as this device knows it. Members are named by their seatings. */
export type CodeState = {
  /** Being made in this epoch, and whose part is awaited; or broken, and by whom. */
  readonly round:
    | { readonly kind: 'making'; readonly missing: readonly number[] }
    | { readonly kind: 'broken'; readonly by: number; readonly refusal: Refusal }
    | null;
  /** Whose part had not come when the keys changed before the last one stood. */
  readonly unfinished: readonly number[];
  /** The newest that stands. */
  readonly standing: StandingCode | null;
  /** Whether one can be made now: an epoch has one. */
  readonly open: boolean;
};

export type StandingCode = {
  readonly hash: Bytes;
  readonly numbers: readonly number[];
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
  readonly heard: (by: number, kind: Said['kind'], sealed: Bytes) => void;
  readonly close: () => void;
};

/** After this long without what is awaited, our own words are said again, in ms: a node on the way may have lost them. */
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
  let said: ReadonlySet<Said['kind']> = new Set();
  let unfinished: readonly number[] = [];
  let standing: StandingCode | null = null;
  /** What is of an epoch that does not stand here yet, the newest of each member and kind. */
  const waiting = new Map<string, { readonly by: number; readonly kind: Said['kind']; readonly sealed: Bytes }>();
  const queue = inOrder();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = async (what: Said) => {
    if (!circle) return;
    const sealed = await sealSaid(circle, own, what);
    if (!(sealed instanceof Refusal)) needs.say({ kind: what.kind, sealed });
  };

  const isMaking = (): boolean => {
    const kind = round && progressOf(round).kind;
    return kind === 'committing' || kind === 'revealing';
  };

  /** Says what is due, and takes the code once it stands. */
  const go = async () => {
    if (!round || !circle) return;
    for (const word of ownWords(round)) {
      if (said.has(word.kind)) continue;
      said = new Set([...said, word.kind]);
      await say(word);
    }
    const progress = progressOf(round);
    if (progress.kind === 'stands' && toHex(progress.code.hash) !== (standing && toHex(standing.hash))) {
      const covered = new Set(circle.leaves.map(nameOf));
      standing = { ...progress.code, covers: (seating) => covered.has(nameOf(seating)), compared: new Map() };
      unfinished = [];
    }
    clearTimeout(timer);
    if (isMaking()) timer = setTimeout(() => queue(repeat), AGAIN);
    needs.changed();
  };

  const repeat = async () => {
    if (!isMaking()) return;
    said = new Set();
    await go();
  };

  const begin = async () => {
    if (!circle || round || circle.leaves.length < 2) return;
    round = openRound(circle, crypto.getRandomValues(new Uint8Array(32)));
    said = new Set();
    await go();
  };

  const mark = (by: number, code: Bytes, same: boolean) => {
    if (!standing || toHex(standing.hash) !== toHex(code)) return;
    standing = { ...standing, compared: new Map(standing.compared).set(by, same) };
    needs.changed();
  };

  const read = async (by: number, kind: Said['kind'], sealed: Bytes) => {
    const word = circle ? await openSaid(circle, by, sealed) : null;
    if (!word || word instanceof Refusal) {
      const early = !word || word.code === 'sealed.epoch';
      if (early && waiting.size < MOST_WAITING) waiting.set(`${by} ${kind}`, { by, kind, sealed });
      return;
    }
    if (word.kind === 'compared') return mark(by, word.code, word.same);
    if (!round && word.kind === 'commitment') await begin();
    if (!round) return;
    round = hear(round, by, word);
    await go();
  };

  const advance = async (next: Circle) => {
    const progress = round && progressOf(round);
    circle = next;
    round = null;
    if (progress?.kind === 'committing' || progress?.kind === 'revealing') {
      unfinished = progress.missing;
      await begin();
    }
    const early = [...waiting.values()];
    waiting.clear();
    for (const { by, kind, sealed } of early) await read(by, kind, sealed);
    needs.changed();
  };

  const roundState = (): CodeState['round'] => {
    const progress = round && progressOf(round);
    if (!progress || progress.kind === 'stands') return null;
    return progress.kind === 'broken' ? progress : { kind: 'making', missing: progress.missing };
  };

  return {
    state: () => ({
      round: roundState(),
      unfinished,
      standing,
      open: circle !== null && circle.leaves.length > 1 && round === null,
    }),
    begin: () => queue(begin),
    compared: (same) =>
      queue(async () => {
        if (!standing) return;
        mark(own, standing.hash, same);
        await say({ kind: 'compared', code: standing.hash, same });
      }),
    advanced: (next) => queue(() => advance(next)),
    heard: (by, kind, sealed) => queue(() => read(by, kind, sealed)),
    close: () => clearTimeout(timer),
  };
};

const nameOf = ({ mandate, device }: Pick<Seating, 'mandate' | 'device'>): string =>
  `${toHex(mandate)} ${toHex(device)}`;
