/** What time it is, and when to be woken: injected, so that tests own time. */
export type Clock = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds that have gone by since some moment, whatever the clock is set to meanwhile. */
  readonly elapsed: () => number;
  /** Calls `wake` once after `ms`; the returned function takes that back. */
  readonly after: (ms: number, wake: () => void) => () => void;
};

/** The machine's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Does some work every `ms`, the next time only once it is done; the returned function ends that. */
export const every = (clock: Clock, ms: number, work: () => Promise<void>): (() => void) => {
  let stop = () => {};
  let ended = false;
  const wait = (): void => {
    stop = clock.after(ms, () => void work().finally(() => ended || wait()));
  };
  wait();
  return () => {
    ended = true;
    stop();
  };
};
