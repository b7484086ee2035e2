/** What time it is, and when to be woken: injected, so that tests own time. */
export type Clock = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `wake` once after `ms`; the returned function takes that back. */
  readonly after: (ms: number, wake: () => void) => () => void;
};

/** The machine's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
