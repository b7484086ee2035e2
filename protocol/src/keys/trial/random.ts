/** Seeded random numbers (mulberry32): a failed run is repeated by its seed. */
export const random = (seed: number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(all: readonly T[]): T => {
    const one = all[below(all.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
  return { next, below, pick };
};

/** The seed of this run: PARLEY_SEED, or a new one. Tests print it. */
export const seedOfRun = (): number => Number(process.env.PARLEY_SEED ?? Math.floor(Math.random() * 2 ** 31));
