import { Refusal } from '../bytes/index.ts';
import { type Cipher, deriveCipher } from './cipher.ts';
import { type Epoch, epochLabel, type Leaf } from './epoch.ts';
import { splitKid } from './kid.ts';

/** No epoch outlives its retirement by more. */
const GRACE_MS = 10_000;

/** Keys of streams that are kept for an epoch; others are derived again. */
const MOST_KEPT = 512;

/** One stream of one leaf in one epoch: everything that a key ID means. */
export type Route = {
  readonly epoch: Epoch;
  readonly leaf: Leaf;
  readonly stream: number;
  readonly cipher: Cipher;
};

type Routes = readonly Route[] | Refusal;

/** The receive keys that stand. */
export type Keyring = {
  /** Refuses (`frames.epoch`) an epoch that was installed already: its keys are never replaced. */
  readonly install: (epoch: Epoch) => Refusal | undefined;
  /** Forgets an epoch `afterMs` (at most GRACE_MS) from now. */
  readonly retire: (generation: number, epoch: number, afterMs: number, now: number) => void;
  /**
   * Who may be behind a key ID on a pipe of `delegation`, newest epoch first: more than one only where epochs are
   * alike mod 256; a promise where a key is still to be derived. Refuses `frames.epoch`, `frames.leaf`,
   * `frames.own`, `frames.delegation`.
   */
  readonly routes: (kid: number, delegation: string, now: number) => Routes | Promise<Routes>;
  /** Keeps what opened a frame of a stream that is followed, so that it is not derived again: so many for an epoch. */
  readonly keep: (route: Route) => void;
  /** Whether an epoch still stands. */
  readonly stands: (epoch: Epoch, now: number) => boolean;
  /** Drops what has had its grace; the seatings of the epochs that stand. */
  readonly sweep: (now: number) => ReadonlySet<number>;
};

type Entry = {
  readonly epoch: Epoch;
  readonly leaves: ReadonlyMap<number, Leaf>;
  readonly kept: Map<number, Route>;
  until: number;
};

/** An empty keyring. */
export const createKeyring = (): Keyring => {
  const entries = new Map<string, Entry>();
  let newestFirst: readonly Entry[] = [];

  const leafFor = ({ epoch, leaves }: Entry, index: number, delegation: string): Leaf | Refusal => {
    const leaf = leaves.get(index);
    if (!leaf) return new Refusal('frames.leaf', `no leaf ${index}`);
    if (index === epoch.ownLeaf) return new Refusal('frames.own');
    return leaf.delegation === delegation ? leaf : new Refusal('frames.delegation', `leaf ${index}`);
  };

  const derive = async (kid: number, stream: number, wanted: readonly [Entry, Leaf][]): Promise<readonly Route[]> =>
    Promise.all(
      wanted.map(
        async ([{ epoch, kept }, leaf]) =>
          kept.get(kid) ?? { epoch, leaf, stream, cipher: await deriveCipher(epoch.baseKey, kid, 'decrypt') },
      ),
    );

  return {
    install: (epoch) => {
      const label = epochLabel(epoch.generation, epoch.epoch);
      if (entries.has(label)) return new Refusal('frames.epoch', `${label} is installed already`);
      const leaves = new Map(epoch.leaves.map((leaf) => [leaf.leaf, leaf]));
      entries.set(label, { epoch, leaves, kept: new Map(), until: Number.POSITIVE_INFINITY });
      newestFirst = [...entries.values()].reverse();
      return undefined;
    },

    retire: (generation, epoch, afterMs, now) => {
      const entry = entries.get(epochLabel(generation, epoch));
      if (entry) entry.until = Math.min(entry.until, now + Math.min(Math.max(afterMs, 0), GRACE_MS));
    },

    routes: (kid, delegation, now) => {
      const parts = splitKid(kid);
      if (!parts) return new Refusal('frames.leaf', 'key ID out of bounds');
      const kept: Route[] = [];
      const wanted: [Entry, Leaf][] = [];
      let refusal: Refusal | undefined;
      for (const entry of newestFirst) {
        if (entry.epoch.epoch % 256 !== parts.epoch || now >= entry.until) continue;
        const leaf = leafFor(entry, parts.leaf, delegation);
        if (leaf instanceof Refusal) {
          refusal = leaf;
          continue;
        }
        wanted.push([entry, leaf]);
        const route = entry.kept.get(kid);
        if (route) kept.push(route);
      }
      if (wanted.length === 0) return refusal ?? new Refusal('frames.epoch', `mod 256: ${parts.epoch}`);
      return kept.length === wanted.length ? kept : derive(kid, parts.stream, wanted);
    },

    keep: (route) => {
      const kept = entries.get(epochLabel(route.epoch.generation, route.epoch.epoch))?.kept;
      if (!kept || kept.has(route.cipher.kid)) return;
      kept.set(route.cipher.kid, route);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    },

    stands: (epoch, now) => {
      const entry = entries.get(epochLabel(epoch.generation, epoch.epoch));
      return entry?.epoch === epoch && now < entry.until;
    },

    sweep: (now) => {
      const seatings = new Set<number>();
      for (const [label, entry] of entries) {
        if (now >= entry.until) entries.delete(label);
        else for (const { seating } of entry.leaves.values()) seatings.add(seating);
      }
      newestFirst = [...entries.values()].reverse();
      return seatings;
    },
  };
};
