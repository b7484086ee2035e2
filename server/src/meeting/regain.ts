import { equal, Refusal } from '@parley/protocol/bytes';
import { type Entry, type Head, openEntry } from '@parley/protocol/log';

/** What to do about entries that a host seems to have lost. */
export type Regained =
  | { readonly kind: 'nothing' }
  /** The counterpart has more of them: to be asked what comes after this place. */
  | { readonly kind: 'more'; readonly after: number }
  /** These are the host's own, in order. */
  | { readonly kind: 'own'; readonly entries: readonly Entry[] };

/** Gathers what one counterpart says that the host has lost. */
export type Regaining = {
  /**
   * Takes one part of a log. `from`: the place it was asked after; `held`: the newest entry that the host holds;
   * `signed`: the newest place that the host itself has countersigned, as the counterpart could show.
   */
  readonly hear: (given: readonly Uint8Array<ArrayBuffer>[], from: number, held: Head, signed: Head | null) => Regained;
};

/**
 * A host that lost its newest entries takes them back from a counterpart only as far as its own countersignature
 * reaches: that names the head, and so the whole chain up to it. Without it a counterpart could order in the host's
 * place (PEER8, PEER9).
 */
export const regaining = (): Regaining => {
  let kept: Entry[] = [];
  const nothing: Regained = { kind: 'nothing' };
  return {
    hear: (given, from, held, signed) => {
      const before = from === held.seq ? [] : kept;
      kept = [];
      if (!signed || signed.seq <= held.seq) return nothing;
      for (const bytes of given) {
        const last = before.at(-1) ?? held;
        const entry = openEntry(bytes);
        if (entry instanceof Refusal || entry.seq !== last.seq + 1 || !equal(entry.prev, last.head)) return nothing;
        before.push(entry);
        if (entry.seq === signed.seq)
          return equal(entry.head, signed.head) ? { kind: 'own', entries: before } : nothing;
      }
      if (given.length === 0) return nothing;
      kept = before;
      return { kind: 'more', after: from + given.length };
    },
  };
};
