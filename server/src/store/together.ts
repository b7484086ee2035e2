import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** What writes. It may be run again after it failed: it does nothing but what its transaction takes back. */
type Work<T> = (within: Kysely<Tables>) => Promise<T>;

/**
 * Writes: all that is waiting goes into one transaction, in the order in which it came, so that one wait for the disk
 * serves everybody. A promise resolves after that commit. What cannot be written fails alone.
 */
export type Together = {
  readonly write: <T>(work: Work<T>) => Promise<T>;
  /** Writes without waiting for the disk: it outlives the process, and is on the disk no later than what comes after. */
  readonly writeBefore: <T>(work: Work<T>) => Promise<T>;
  /** Resolves when nothing waits. */
  readonly rest: () => Promise<void>;
};

/** Most that go together: reading waits for them. */
const MOST = 128;

type Waiting = {
  readonly work: Work<unknown>;
  readonly waits: boolean;
  readonly done: (value: unknown) => void;
  readonly failed: (error: unknown) => void;
};

/** Opens the way of everything that is written to a database whose transactions wait for the disk. */
export const together = (db: Kysely<Tables>): Together => {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let durable = true;

  const commit = async (all: readonly Waiting[]): Promise<readonly unknown[]> => {
    const waits = all.some((one) => one.waits);
    if (waits !== durable) {
      await sql`pragma synchronous = ${sql.raw(waits ? 'full' : 'normal')}`.execute(db);
      durable = waits;
    }
    return db.transaction().execute(async (within) => {
      const values: unknown[] = [];
      for (const { work } of all) values.push(await work(within));
      return values;
    });
  };
  const run = async (all: readonly Waiting[]): Promise<void> => {
    try {
      const values = await commit(all);
      for (const [n, one] of all.entries()) one.done(values[n]);
    } catch (error) {
      const [first, ...others] = all;
      if (others.length === 0) return first?.failed(error);
      // Nothing of it was kept: each is written by itself, and whoever fails then fails for itself.
      for (const one of all) await run([one]);
    }
  };
  const runAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Whatever the sockets have brought meanwhile comes along.
      await new Promise((resolve) => setImmediate(resolve));
      const all = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      await run(all);
    }
    running = null;
  };
  const enter =
    (waits: boolean) =>
    <T>(work: Work<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        // What comes out is what this very work came to.
        waiting.push({ work, waits, done: (value) => resolve(value as T), failed: reject });
        running ??= runAll();
      });
  return { write: enter(true), writeBefore: enter(false), rest: async () => running ?? undefined };
};
