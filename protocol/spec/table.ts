// Writes the table of codes in SPEC.md anew from the sections: `npx node protocol/spec/table.ts`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BEGIN = '<!-- codes: written by spec/table.ts -->';
const folder = import.meta.dirname;
const rulesOf = new Map<string, string[]>();
for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
  const parts = readFileSync(join(folder, file), 'utf8').split(/\*\*([A-Z]+\d+[a-z]?)\.\*\*/);
  for (let n = 1; n < parts.length; n += 2)
    for (const [, code] of (parts[n + 1] ?? '').matchAll(/`([a-z][a-z-]*\.[a-z][a-z-]*)`/g)) {
      const rules = rulesOf.get(code ?? '') ?? [];
      if (!rules.includes(parts[n] ?? '')) rulesOf.set(code ?? '', [...rules, parts[n] ?? '']);
    }
}
const families = Map.groupBy(
  [...rulesOf].sort(([a], [b]) => (a < b ? -1 : 1)),
  ([code]) => code.split('.')[0],
);
const rows = [...families].map(([family, codes]) => {
  const cells = codes.map(([code, rules]) => `\`${code}\` ${rules.join(' ')}`);
  return `| ${family} | ${cells.join(' · ')} |`;
});
const path = join(folder, '../SPEC.md');
const [before] = readFileSync(path, 'utf8').split(BEGIN);
writeFileSync(
  path,
  `${before}${BEGIN}\n\n| | codes, each with the rules that give it |\n|---|---|\n${rows.join('\n')}\n`,
);
