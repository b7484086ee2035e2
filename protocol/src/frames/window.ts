/** How far behind the last proven frame a late one is still taken. */
export const BEHIND = 256;
/** … and how far ahead: more than two seconds of the fastest track. */
export const AHEAD = 768;

const SPAN = BEHIND + AHEAD;

/** Why a counter is not taken. */
export type CounterRefusal = 'sframe.replay' | 'sframe.old' | 'sframe.ahead';

/** Which counters of one stream have been passed on: each is, once. */
export type Window = {
  /** What stands against passing this counter on; undefined: nothing. */
  readonly check: (counter: number) => CounterRefusal | undefined;
  /** The same, and if nothing stands against it, it is spent. */
  readonly take: (counter: number) => CounterRefusal | undefined;
  /**
   * Moves the window to what was proven last. Only proofs move it: a forged counter far ahead would make the real
   * ones old.
   */
  readonly anchor: (lastProven: number) => void;
};

/** A replay window that starts at counter 0, over all epochs of one stream of one seating. */
export const createWindow = (): Window => {
  const slots = new Float64Array(SPAN).fill(-1);
  let low = 0;
  const check = (counter: number): CounterRefusal | undefined => {
    if (counter < low) return 'sframe.old';
    if (counter >= low + SPAN) return 'sframe.ahead';
    return slots[counter % SPAN] === counter ? 'sframe.replay' : undefined;
  };
  return {
    check,
    take: (counter) => {
      const against = check(counter);
      if (against === undefined) slots[counter % SPAN] = counter;
      return against;
    },
    anchor: (lastProven) => {
      low = Math.max(low, lastProven + 1 - BEHIND);
    },
  };
};
