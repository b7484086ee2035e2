import type { SuiteName } from '../index.ts';
import { random } from './random.ts';
import { type Sitter, Table } from './table.ts';

/** How large the table grows at which time: mostly small, now and then a crowd. */
export type Sizes = { readonly usual: number; readonly crowd: number; readonly crowds: number };

/**
 * Random comings and goings, committed by random members, everyone compared after each: joins (one or several at
 * once), leaves, replacements, devices that sit anew, and commits that only refresh keys.
 * @throws When members disagree, or the circle is not the roster.
 */
export const churn = async (seed: number, operations: number, suite: SuiteName, sizes: Sizes): Promise<void> => {
  const { below, next, pick } = random(seed);
  const table = await Table.of(1 + below(3), suite);
  const every = Math.floor(operations / sizes.crowds);
  for (let n = 0; n < operations; n += 1) {
    const seatings = [...table.sitters.keys()];
    const by = pick(seatings);
    const others = seatings.filter((seating) => seating !== by);
    const middle = (n % every) - Math.floor(every / 2);
    const target = middle >= 0 && middle < 3 ? sizes.crowd : sizes.usual;
    const adds: Sitter[] = [];
    const removes: number[] = [];
    if (seatings.length + 1 < target && target === sizes.crowd)
      while (seatings.length + adds.length < target) adds.push(await table.newcomer());
    else if (target !== sizes.crowd && seatings.length > 2 * sizes.usual)
      removes.push(...others.filter(() => next() < 0.8));
    else {
      const kind = below(6);
      const leave = kind <= 3 && others.length > 0;
      if (leave && (kind !== 3 || next() < 0.5)) removes.push(pick(others));
      const gone = removes[0];
      // Whoever sits anew does so with the same device and mandate, and leaves the old leaf behind in one commit.
      if (gone !== undefined && kind === 2) adds.push(await table.newcomer(table.sitter(gone)));
      if ((kind === 1 || kind === 3 || kind === 4) && seatings.length < 2 * sizes.usual)
        for (let more = 1 + below(3); more > 0; more -= 1) adds.push(await table.newcomer());
    }
    const what = `seed ${seed}, operation ${n}: ${by} adds ${adds.length}, removes ${removes.length}`;
    try {
      await table.commit(by, adds, removes);
    } catch (error) {
      throw new Error(`${what}, of ${seatings.length}`, { cause: error });
    }
    const views = await table.views();
    if (views.size !== 1) throw new Error(`${what}: ${views.size} views`);
    const held = table.circle(by).leaves.map(({ seating }) => seating);
    if (held.sort().join() !== [...table.sitters.keys()].sort().join()) throw new Error(`${what}: not the roster`);
  }
};
