import { type Bytes, fromHex, hash, Refusal, toHex } from '@parley/protocol/bytes';
import {
  type Act,
  isRestriction,
  judgeDirect,
  type Ledger,
  openAct,
  outweighs,
  stillEnds,
  verifyAct,
} from '@parley/protocol/log';
import type { Clock } from '../clock.ts';
import { evenUnkept } from '../store/failure.ts';
import type { Store } from '../store/store.ts';

/**
 * Restrictions that came directly, outside the log (RESTRICT3). What is taken has been stored; where the store fails it
 * acts all the same, until the next start: whoever gave it says it again.
 */
export type Direct = {
  /** Seatings and knocks that one ended, before the log did. */
  readonly ended: () => ReadonlySet<number>;
  /** Which one ended it. */
  readonly endedBy: (id: number) => Act | undefined;
  /** Those of them that were removed or turned away. */
  readonly removed: () => ReadonlySet<number>;
  /** Those whose seating the log still holds. */
  readonly waiting: () => readonly Bytes[];
  /**
   * Takes one that came from the node of `from` (root in hex): null where it is known already, `early` where it
   * speaks of what this log does not hold yet. Of those, 64 are kept for each root; one more is refused.
   */
  readonly restrict: (given: Bytes, from: string) => Promise<Act | 'early' | null | Refusal>;
  /**
   * The log has moved: forgets what it has done itself, and judges again what came early; what acts by that, or acts
   * again because somebody who was removed sat anew.
   */
  readonly moved: () => Promise<readonly Bytes[]>;
};

export type DirectOptions = {
  readonly meeting: Bytes;
  readonly store: Store;
  readonly clock: Clock;
  readonly ledger: () => Ledger;
};

const AHEAD = 'act.ahead';
const MOST_EARLY = 64;
/** What puts somebody out who did not choose to go. */
const PUTS_OUT: ReadonlySet<string> = new Set(['remove', 'deny']);

/** Opens what the store holds of them, judged by the log as it stands. */
export const openDirect = async ({ meeting, store, clock, ledger }: DirectOptions): Promise<Direct> => {
  /** Those that were taken, by name. */
  const known = new Map<string, Act>();
  /** What ended each seating that the log still holds. */
  let ended: ReadonlyMap<number, Act> = new Map();
  const early = new Map<string, { readonly act: Bytes; readonly from: string }>();

  const judge = async (given: Bytes): Promise<{ readonly act: Act; readonly ends: readonly number[] } | Refusal> => {
    const { state } = ledger();
    const act = await verifyAct(state, given, clock.now());
    if (act instanceof Refusal) return act;
    const ends = judgeDirect(state, act);
    return ends instanceof Refusal ? ends : { act, ends };
  };
  const saysNothingNew = (act: Act, ends: readonly number[]): boolean =>
    ends.every((seating) => !outweighs(act, ended.get(seating)));
  const takeIn = (name: string, act: Act, ends: readonly number[]) => {
    known.set(name, act);
    const news = ends.filter((seating) => outweighs(act, ended.get(seating)));
    ended = new Map([...ended, ...news.map((seating) => [seating, act] as const)]);
  };
  /** The log has moved: what each ends now, and which are done with. */
  const follow = async (): Promise<void> => {
    const { state } = ledger();
    ended = new Map();
    for (const [name, act] of known) {
      const ends = stillEnds(state, act);
      if (ends) takeIn(name, act, ends);
      else {
        known.delete(name);
        await evenUnkept(store.dropRestriction(meeting, act.hash));
      }
    }
  };

  for (const given of await store.restrictions(meeting)) {
    const name = toHex(hash('act', given));
    const act = await verifyAct(ledger().state, given, clock.now());
    if (!(act instanceof Refusal)) known.set(name, act);
    else if (act.code === AHEAD) early.set(name, { act: given, from: 'before' });
    else await store.dropRestriction(meeting, hash('act', given));
  }
  await follow();

  return {
    ended: () => new Set(ended.keys()),
    endedBy: (id) => ended.get(id),
    removed: () => new Set([...ended].flatMap(([seating, { action }]) => (PUTS_OUT.has(action.kind) ? [seating] : []))),
    waiting: () => Array.from(new Set(ended.values()), ({ bytes }) => bytes),
    restrict: async (given, from) => {
      const name = toHex(hash('act', given));
      if (known.has(name) || early.has(name)) return null;
      const judged = await judge(given);
      if (!(judged instanceof Refusal)) {
        if (saysNothingNew(judged.act, judged.ends)) return null;
        await evenUnkept(store.addRestriction(meeting, judged.act.hash, given));
        takeIn(name, judged.act, judged.ends);
        return judged.act;
      }
      if (judged.code !== AHEAD) return judged;
      const opened = openAct(given);
      if (opened instanceof Refusal) return opened;
      const { action } = opened.inner;
      if (!isRestriction(action)) return new Refusal('restrict.not-direct', action.kind);
      // Nobody's signature is known to stand yet: one root must not be able to fill what another needs.
      const theirs = [...early.values()].filter((one) => one.from === from);
      if (theirs.length >= MOST_EARLY) return judged;
      await evenUnkept(store.addRestriction(meeting, hash('act', given), given));
      early.set(name, { act: given, from });
      return 'early';
    },
    moved: async () => {
      const before = ended;
      await follow();
      const acting = [...ended].flatMap(([seating, { bytes }]) => (before.has(seating) ? [] : [bytes]));
      for (const [name, { act }] of early) {
        const judged = await judge(act);
        if (judged instanceof Refusal && judged.code === AHEAD) continue;
        early.delete(name);
        if (judged instanceof Refusal || saysNothingNew(judged.act, judged.ends))
          await evenUnkept(store.dropRestriction(meeting, fromHex(name)));
        else {
          takeIn(name, judged.act, judged.ends);
          acting.push(act);
        }
      }
      return acting;
    },
  };
};
