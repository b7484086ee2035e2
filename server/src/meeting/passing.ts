import { type Bytes, Refusal } from '@parley/protocol/bytes';
import { type Passing, type State, verifyMessage } from '@parley/protocol/log';

/** Passing messages: the newest of each kind of each seating, for those who come later. */
export type Newest = {
  /**
   * Takes a message if it stands, is a seating's of the delegation `root` (hex; `peer.not-yours` otherwise), and is
   * newer than all of that seating before.
   */
  readonly take: (state: State, given: Bytes, root: string) => Promise<Passing | Refusal>;
  /** The newest of each kind of the seatings named; a seating's own by rising number. */
  readonly of: (seatings: Iterable<number>) => readonly Bytes[];
  /** Forgets seatings that no longer stand. */
  readonly forget: (living: ReadonlyMap<number, unknown>) => void;
};

type Kept = { n: number; readonly byKind: Map<Passing['kind'], Bytes> };

/** An empty memory. */
export const newest = (): Newest => {
  const kept = new Map<number, Kept>();
  return {
    take: async (state, given, root) => {
      const verified = await verifyMessage(state, given, (seating) => kept.get(seating)?.n ?? 0);
      if (verified instanceof Refusal) return verified;
      if (verified.seating.root !== root) return new Refusal('peer.not-yours', root);
      const { seating, n, passing } = verified.message;
      const of = kept.get(seating) ?? { n, byKind: new Map() };
      of.n = n;
      // A question to everybody's clock is answered now or never.
      if (passing.kind !== 'ask' && passing.kind !== 'answer') {
        of.byKind.delete(passing.kind); // kept in the order of their numbers: an older one after a newer is refused
        of.byKind.set(passing.kind, given);
      }
      kept.set(seating, of);
      return passing;
    },
    of: (seatings) => Array.from(seatings, (seating) => [...(kept.get(seating)?.byKind.values() ?? [])]).flat(),
    forget: (living) => {
      for (const seating of kept.keys()) if (!living.has(seating)) kept.delete(seating);
    },
  };
};
