import type { Check } from './check.ts';
import { files, isTest, text, withoutComments } from './files.ts';

/** What would give protocol a clock or a randomness of its own; Biome watches the rest (`noRestrictedGlobals`). */
const impure: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)|\bTemporal\.Now\b/, 'a clock: take the time as an argument'],
  [/\bMath\.random\b/, 'randomness: take it as an argument'],
  [/\bgetRandomValues\b|\brandomUUID\b/, 'randomness: take it as an argument'],
];

/** Values in, values out: no clock and no randomness of its own in protocol/src. */
export const purity: Check = {
  name: 'purity',
  find: async () => {
    const wrong: string[] = [];
    for (const path of await files('protocol/src/*.ts')) {
      if (isTest(path)) continue;
      for (const [line, reason] of impurities(await text(path))) wrong.push(`${path}:${line} has ${reason}`);
    }
    return { wrong };
  },
};

/** The lines (from 1) of a source that reach for a clock or randomness, each with its reason. */
export function impurities(source: string): (readonly [number, string])[] {
  return withoutComments(source)
    .split('\n')
    .flatMap((line, at) =>
      impure.filter(([pattern]) => pattern.test(line)).map(([, reason]) => [at + 1, reason] as const),
    );
}
