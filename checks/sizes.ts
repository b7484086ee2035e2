import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Check } from './check.ts';
import { run } from './tool.ts';

/** A chunk as Vite's manifest describes it. */
export type Chunk = {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
};
export type Manifest = Readonly<Record<string, Chunk>>;

/** First load, gzip, in bytes: until the holding screen stands, and all that a call may fetch. */
const limits = { holding: 200_000, call: 450_000 };

/** What a seat's page weighs, built anew into a folder of its own. */
export const sizes: Check = {
  name: 'sizes',
  find: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-sizes-'));
    try {
      const built = await run('vite', ['build', 'web', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error']);
      if (built.code !== 0) return { wrong: [built.out.trim()] };
      const manifest: Manifest = JSON.parse(await readFile(join(folder, '.vite', 'manifest.json'), 'utf8'));
      const all = (await readdir(join(folder, 'assets'))).map((name) => `assets/${name}`);
      const weight = new Map<string, number>();
      for (const file of all.filter((name) => /\.(js|css)$/.test(name))) {
        weight.set(file, (await promisify(gzip)(await readFile(join(folder, file)), { level: 9 })).length);
      }
      return judge(weigh(manifest, weight));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/**
 * Sums the scripts and styles of a seat's page.
 * @param weight gzip size in bytes of every built script and style; workers are among them, though no manifest names them
 * @returns `holding`: what the page loads at once, with the heaviest language; `call`: everything but what only the
 *   rehearsal's page loads, again with one language, and
 *   its list of words
 */
export function weigh(manifest: Manifest, weight: ReadonlyMap<string, number>): { holding: number; call: number } {
  const sum = (names: Iterable<string>): number =>
    [...names].reduce((total, file) => total + (weight.get(file) ?? 0), 0);
  const oneOf = (pattern: RegExp) => {
    const files = Object.keys(manifest).flatMap((key) => (pattern.test(key) ? [manifest[key]?.file ?? ''] : []));
    return { all: sum(files), heaviest: Math.max(0, ...files.map((file) => weight.get(file) ?? 0)) };
  };
  const language = oneOf(/(^|\/)src\/messages\/[^/]+\.json$/);
  const words = oneOf(/bip39\/wordlists\/[^/]+\.js$/);
  const seat = reach(manifest, 'index.html', true);
  const elsewhere = [...reach(manifest, 'rehearsal.html', true)].filter((file) => !seat.has(file));
  return {
    holding: sum(reach(manifest, 'index.html', false)) + language.heaviest,
    call: sum(weight.keys()) - sum(elsewhere) - language.all + language.heaviest - words.all + words.heaviest,
  };
}

function judge(found: { holding: number; call: number }): { wrong: string[]; note: string } {
  const kilo = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
  const wrong = (['holding', 'call'] as const)
    .filter((name) => found[name] > limits[name])
    .map((name) => `${name}: ${kilo(found[name])} gzip, at most ${kilo(limits[name])}`);
  return { wrong, note: `holding ${kilo(found.holding)}, in call ${kilo(found.call)} gzip` };
}

/** The files that an entry loads: with its static imports, and where asked with what it may load later. */
function reach(manifest: Manifest, entry: string, later: boolean): Set<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const next of [...(chunk.imports ?? []), ...(later ? (chunk.dynamicImports ?? []) : [])]) visit(next);
  };
  visit(entry);
  return files;
}
