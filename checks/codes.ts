import type { Check } from './check.ts';
import { files, isTest, text, withoutComments } from './files.ts';

/**
 * Every refusal stands in a section of the specification and in the table of SPEC.md; those of protocol are provoked by
 * name in a test.
 */
export const codes: Check = {
  name: 'codes',
  find: async () => {
    const specification = (await Promise.all((await files('protocol/spec/*.md')).map(text))).join('\n');
    const table = await text('protocol/SPEC.md');
    const tests = (await Promise.all((await files('*.test.ts', '*.long.ts', '*.spec.ts')).map(text))).join('\n');
    const given = new Map<string, string>();
    for (const path of await files('protocol/src/*.ts', 'server/src/*.ts')) {
      if (isTest(path)) continue;
      for (const code of codesOf(withoutComments(await text(path)))) given.set(code, path);
    }
    const wrong: string[] = [];
    for (const [code, path] of given) {
      if (!specification.includes(`\`${code}\``)) wrong.push(`${path} refuses with ${code}, which no rule names`);
      else if (!table.includes(`\`${code}\``)) wrong.push(`${code} is not in the table: node protocol/spec/table.ts`);
      if (path.startsWith('protocol/') && !new RegExp(`['"\`]${code.replaceAll('.', '\\.')}['"\`]`).test(tests))
        wrong.push(`${path}: no test provokes ${code}`);
    }
    return { wrong, note: `${given.size} codes` };
  },
};

/** The codes that a source refuses with. */
export function codesOf(source: string): string[] {
  return [...source.matchAll(/\bnew Refusal\(\s*['"]([a-z][a-z0-9.-]*)['"]/g)].map((found) => found[1] ?? '');
}
