import { Refusal } from '@parley/protocol/bytes';
import type { Store } from './store.ts';

/**
 * What was to be kept could not be: nothing of it is, and the store is as it was. Its refusal is `store.full` (no room)
 * or `store.broken` (the disk, or what is on it).
 */
export class StoreFailure extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause: unknown) {
    super(`${refusal.code}: ${refusal.detail}`, { cause });
    this.refusal = refusal;
  }
}

/** SQLite's result code for "disk full" (https://www.sqlite.org/rescode.html). */
const FULL = 13;

const failureOf = (error: unknown): unknown => {
  const errcode: unknown = error instanceof Error ? Reflect.get(error, 'errcode') : undefined;
  if (!(error instanceof Error) || typeof errcode !== 'number') return error;
  return new StoreFailure(new Refusal((errcode & 0xff) === FULL ? 'store.full' : 'store.broken', error.message), error);
};

/** Methods that write at every call: that one succeeds shows that there is room again. */
const WRITES = /^(?:add|put|take|redeem|confirm|delete)/;

/** The same store, whose methods reject with a `StoreFailure` where SQLite fails; `told` hears of that, and when it is over. */
export const failing = (store: Store, told: (failure: StoreFailure | null) => void): Store => {
  const guarded =
    (name: string, method: (...given: unknown[]) => Promise<unknown>) =>
    async (...given: unknown[]): Promise<unknown> => {
      try {
        const value = await method(...given);
        if (WRITES.test(name)) told(null);
        return value;
      } catch (error) {
        const failure = failureOf(error);
        if (failure instanceof StoreFailure) told(failure);
        throw failure;
      }
    };
  // Each member of a store is such a method, and stays one of the same type.
  return Object.fromEntries(
    Object.entries(store).map(([name, method]) => [name, guarded(name, method as never)]),
  ) as unknown as Store;
};

/** For work whose failing to be kept changes nothing now: goes on where it was the store, throws anything else. */
export const evenUnkept = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
  }
};

/** The refusal of work that could not be kept, and what the work came to otherwise. */
export const orRefused = async <T>(work: Promise<T>): Promise<T | Refusal> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreFailure) return error.refusal;
    throw error;
  }
};
