import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, root } from './check.ts';

/** Licences under which a package may come along; another one is a decision, not an update. */
const accepted = [
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'OFL-1.1',
  'Unlicense',
  'BlueOak-1.0.0',
  'Public Domain',
];

type Package = { readonly name: string; readonly version: string; readonly licence: string; readonly words: string };

const path = join(root, 'THIRD-PARTY-NOTICES');

/** THIRD-PARTY-NOTICES names what is installed now; `node checks/notices.ts --write` writes it. */
export const notices: Check = {
  name: 'notices',
  find: async () => {
    const packages = await shipped();
    const wrong = packages
      .filter(({ licence }) => !licence.split(/ OR | AND |[()]/).some((each) => accepted.includes(each.trim())))
      .map(({ name, licence }) => `${name} is under ${licence}, which nobody has accepted`);
    const written = await readFile(path, 'utf8').catch(() => '');
    if (written !== render(packages)) wrong.push('THIRD-PARTY-NOTICES is stale: node checks/notices.ts --write');
    return { wrong, note: `${packages.length} packages` };
  },
};

/** The packages that run in a node or a page: all of the lockfile but development's and those of one platform. */
async function shipped(): Promise<Package[]> {
  const lock: {
    packages: Record<string, { dev?: boolean; link?: boolean; os?: string[]; cpu?: string[]; version?: string }>;
  } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const found = new Map<string, Package>();
  for (const [folder, entry] of Object.entries(lock.packages)) {
    if (!folder.includes('node_modules/') || entry.dev || entry.link || entry.os || entry.cpu) continue;
    if (!existsSync(join(root, folder))) continue;
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const described: { license?: string; version: string } = JSON.parse(
      await readFile(join(root, folder, 'package.json'), 'utf8'),
    );
    const licence = described.license ?? 'an unstated licence';
    found.set(`${name}@${described.version}`, {
      name,
      version: described.version,
      licence,
      words: await licenceOf(folder),
    });
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

async function licenceOf(folder: string): Promise<string> {
  const names = (await readdir(join(root, folder)))
    .filter((name) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(name))
    .sort();
  const texts = await Promise.all(names.map((name) => readFile(join(root, folder, name), 'utf8')));
  return texts.map((each) => each.replace(/\r\n?/g, '\n').trim()).join('\n\n');
}

/** One part a licence text, with every package that carries exactly it. */
function render(packages: readonly Package[]): string {
  const byWords = Map.groupBy(packages, ({ words }) => words);
  const parts = [...byWords].map(([words, carriers]) => {
    const names = carriers.map(({ name, version, licence }) => `${name} ${version} (${licence})`).join('\n');
    return `${names}\n\n${words === '' ? 'This package carries no licence file; its package.json states the licence above.' : words}`;
  });
  const head = [
    'Third-party notices',
    '',
    'Parley is made with the packages below. They are installed from the npm registry and, but for Node.js itself,',
    'run in a node, in a page, or in both. Parley also runs livekit-server (Apache-2.0) and the Node.js runtime',
    '(licence in its package), which are fetched when it is installed or started and are no part of this repository.',
    'Written by checks/notices.ts; do not edit.',
  ].join('\n');
  return `${[head, ...parts].join(`\n\n${'-'.repeat(78)}\n\n`)}\n`;
}

if (import.meta.main && process.argv.includes('--write')) await writeFile(path, render(await shipped()));
