import type { Clock } from '../src/clock.ts';

/** A clock that goes only when a test says so. `pass`: lets milliseconds go by, and wakes whoever is due in them. */
export const handClock = (): { readonly clock: Clock; readonly pass: (ms: number) => void } => {
  const waiting = new Set<{ readonly at: number; readonly wake: () => void }>();
  let now = 1_000_000;
  return {
    clock: {
      now: () => now,
      elapsed: () => now,
      after: (ms, wake) => {
        const one = { at: now + ms, wake };
        waiting.add(one);
        return () => waiting.delete(one);
      },
    },
    pass: (ms) => {
      const until = now + ms;
      for (;;) {
        const [next] = [...waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        waiting.delete(next);
        now = next.at;
        next.wake();
      }
      now = until;
    },
  };
};
