import type { Check } from './check.ts';
import { files, text, withoutComments } from './files.ts';

/** Every rule of the specification is cited by a test's title, and every citation names a rule that exists. */
export const rules: Check = {
  name: 'rules',
  find: async () => {
    const stated = new Map<string, string>();
    const wrong: string[] = [];
    for (const path of await files('protocol/SPEC.md', 'protocol/spec/*.md')) {
      for (const rule of rulesOf(await text(path))) {
        const before = stated.get(rule);
        if (before) wrong.push(`${rule} is stated twice: ${before}, ${path}`);
        stated.set(rule, path);
      }
    }
    const cited = new Set<string>();
    for (const path of await files('*.test.ts', '*.test.tsx', '*.long.ts', '*.spec.ts')) {
      for (const rule of citationsOf(withoutComments(await text(path)))) {
        cited.add(rule);
        if (!stated.has(rule)) wrong.push(`${path} cites [${rule}], which no specification states`);
      }
    }
    for (const [rule, path] of stated) if (!cited.has(rule)) wrong.push(`${path}: no test cites [${rule}]`);
    return { wrong: [...new Set(wrong)], note: `${stated.size} rules` };
  },
};

/** Ids of the rules that a Markdown text states: `**FRAME3.** …`. */
export function rulesOf(markdown: string): string[] {
  return [...markdown.matchAll(/\*\*([A-Z]+\d+[a-z]?)\.\*\*/g)].map((found) => found[1] ?? '');
}

/** Ids cited in the titles of a test file: `[FRAME3] …`, `[FRAME3, FRAME4] …`. */
export function citationsOf(source: string): string[] {
  const titles = source.matchAll(
    /\b(?:test|it|describe)(?:\.[a-zA-Z]+(?:\([^()]*\))?)*\s*\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g,
  );
  const groups = [...titles].flatMap((title) => [
    ...(title[1] ?? title[2] ?? title[3] ?? '').matchAll(/\[([A-Z]+\d+[a-z]?(?:\s*,\s*[A-Z]+\d+[a-z]?)*)\]/g),
  ]);
  return groups.flatMap((group) => (group[1] ?? '').split(/\s*,\s*/));
}
