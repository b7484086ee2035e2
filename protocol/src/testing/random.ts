/** Random numbers that follow from a seed. */
export type Random = {
  readonly seed: number;
  /** An integer from 0 to below `bound`. */
  readonly below: (bound: number) => number;
  /** One of a list. */
  readonly one: <T>(list: readonly T[]) => T;
  /** True once in `n` times, on average. */
  readonly chance: (n: number) => boolean;
};

/** Random numbers of a seed (SplitMix32). */
export const randomOf = (seed: number): Random => {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const below = (bound: number) => Math.floor((next() / 2 ** 32) * bound);
  return {
    seed,
    below,
    one: (list) => {
      const found = list[below(list.length)];
      if (found === undefined) throw new Error('one of nothing');
      return found;
    },
    chance: (n) => below(n) === 0,
  };
};

/** The seed that PARLEY_SEED names, or a new one. A test says it in its title. */
export const seedFrom = (named: string | undefined): number =>
  named === undefined ? (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) : Number(named);
