import type { Refusal } from '../bytes/index.ts';
import type { Check } from '../identity/index.ts';

/** Enough at once to keep every core busy, few enough to stop soon where one does not stand. */
const AT_ONCE = 512;

/** Signatures that are being checked, in the order in which they were met. */
export type Checks = {
  readonly start: (checks: readonly Check[]) => void;
  /** Waits where many are under way; the refusal of the first that does not stand among those that are done. */
  readonly room: () => Promise<Refusal | null>;
  /** Waits for all. */
  readonly finish: () => Promise<Refusal | null>;
};

/** Two batches: one is being checked while the other fills. */
export const openChecks = (): Checks => {
  let older: Promise<Refusal | null>[] = [];
  let newer: Promise<Refusal | null>[] = [];
  const first = async (batch: readonly Promise<Refusal | null>[]) =>
    (await Promise.all(batch)).find((result) => result !== null) ?? null;
  return {
    start: (checks) => {
      for (const check of checks) newer.push(check());
    },
    room: async () => {
      if (newer.length < AT_ONCE) return null;
      const refused = await first(older);
      older = newer;
      newer = [];
      return refused;
    },
    finish: async () => {
      const refused = await first([...older, ...newer]);
      older = [];
      newer = [];
      return refused;
    },
  };
};
