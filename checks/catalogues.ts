import type { Check } from './check.ts';
import { files, text } from './files.ts';

/** Every language says everything: the same keys as English, no empty text, the same placeholders. */
export const catalogues: Check = {
  name: 'catalogues',
  find: async () => {
    const paths = await files('web/src/messages/*.json');
    const english = paths.find((path) => path.endsWith('/en.json'));
    if (!english) return { wrong: ['web/src/messages/en.json is not there'] };
    const said = await catalogue(english);
    const wrong: string[] = [];
    for (const path of paths) wrong.push(...differences(path, said, await catalogue(path)));
    return { wrong, note: `${said.size} texts, ${paths.length} languages` };
  },
};

/** What a catalogue lacks, or has too much, compared with the English one. */
export function differences(
  path: string,
  english: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): string[] {
  const wrong: string[] = [];
  for (const [key, words] of english) {
    const translated = other.get(key);
    if (translated === undefined) wrong.push(`${path} lacks ${key}`);
    else if (translated.trim() === '') wrong.push(`${path}: ${key} is empty`);
    else if (placeholders(translated) !== placeholders(words))
      wrong.push(`${path}: ${key} has other placeholders than English`);
  }
  for (const key of other.keys()) if (!english.has(key)) wrong.push(`${path} has ${key}, which English lacks`);
  return wrong;
}

function placeholders(words: string): string {
  return [...new Set([...words.matchAll(/\{\s*([a-zA-Z][\w]*)\s*[,}]/g)].map((found) => found[1]))].sort().join(' ');
}

async function catalogue(path: string): Promise<Map<string, string>> {
  const parsed: unknown = JSON.parse(await text(path));
  return new Map(flat('', parsed));
}

function flat(prefix: string, value: unknown): [string, string][] {
  if (typeof value === 'string') return [[prefix, value]];
  if (typeof value !== 'object' || value === null) throw new Error(`${prefix} is no text`);
  return Object.entries(value).flatMap(([key, each]) => flat(prefix === '' ? key : `${prefix}.${key}`, each));
}
