import { catalogues } from './catalogues.ts';
import type { Check } from './check.ts';
import { codes } from './codes.ts';
import { imports } from './imports.ts';
import { links } from './links.ts';
import { notices } from './notices.ts';
import { purity } from './purity.ts';
import { rules } from './rules.ts';
import { sizes } from './sizes.ts';
import { tool } from './tool.ts';

const projects = ['protocol', 'server', 'web', 'e2e', 'bench', 'checks'];

/** Everything that `npm run check` asks; the longest first, since two run at a time. */
export const checks: readonly Check[] = [
  sizes,
  tool(
    'biome',
    'biome',
    'ci',
    '--colors=off',
    '--max-diagnostics=100',
    '--diagnostic-level=warn',
    '--error-on-warnings',
  ),
  ...projects.map((project) => tool(`types ${project}`, 'tsc', '-p', project)),
  tool('unused', 'knip', '--no-progress'),
  imports,
  purity,
  rules,
  codes,
  catalogues,
  links,
  notices,
];

/**
 * Runs checks two at a time and says a line for each as it ends, with the reasons below it where it failed.
 * @returns the names of those that failed
 */
export async function runChecks(list: readonly Check[], say: (line: string) => void): Promise<string[]> {
  const waiting = [...list];
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const began = performance.now();
      const { wrong, note } = await check
        .find()
        .catch((error: unknown) => ({ wrong: [String(error)], note: undefined }));
      const time = `${((performance.now() - began) / 1000).toFixed(1)} s`;
      say(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${check.name.padEnd(15)} ${time}${note ? `  ${note}` : ''}`);
      for (const reason of wrong) say(reason.replace(/^/gm, '       '));
      if (wrong.length > 0) failed.push(check.name);
    }
  };
  await Promise.all([work(), work()]);
  return failed;
}
