// `npm run bundle -- FILE.tgz`: everything that a node needs, in one archive that is installed without a network.
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from '@parley/protocol/bytes';
import { buildPages } from '../src/pages.ts';
import { acquireSfu } from '../src/sfu/acquire/index.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const run = promisify(execFile);

/** Of the project: what a node runs, what the pinned installation is checked by, and what people read. */
const KEPT = [
  ...['package.json', 'patches', 'LICENSE', 'THIRD-PARTY-NOTICES', 'README.md', 'SECURITY.md', 'docs'],
  ...['server/package.json', 'server/bin', 'server/src', 'server/config.schema.json', 'server/meeting.schema.json'],
  ...['protocol/package.json', 'protocol/src', 'protocol/spec', 'protocol/SPEC.md', 'protocol/verifier'],
  ...['web/package.json', 'web/dist'],
];

/** Runs on a machine without any Node: the pinned one lies inside. */
const PROGRAM = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
PARLEY_LIVEKIT="\${PARLEY_LIVEKIT:-$here/sfu/livekit-server}"
export PARLEY_LIVEKIT
exec "$here/node_modules/node/bin/node" "$here/server/bin/parley.js" "$@"
`;

/** Folders of the packages that node and protocol need at run time, with all that these need. */
const packages = async (): Promise<readonly string[]> => {
  const words = ['ls', '--omit=dev', '--all', '--parseable', '-w', 'protocol', '-w', 'server'];
  const { stdout } = await run('npm', words, { cwd: ROOT, maxBuffer: 2 ** 24 });
  const found = stdout.split('\n').filter((path) => path.includes('/node_modules/') && !path.includes('/@parley/'));
  return [join(ROOT, 'node_modules', 'node'), ...found];
};

/** Makes the archive; throws with a sentence where it cannot. */
export const makeBundle = async (out: string): Promise<void> => {
  const pages = await buildPages();
  if (pages) throw new Error(`The pages were not built: ${pages.detail}`);
  const sfu = await acquireSfu({ configured: process.env.PARLEY_LIVEKIT, say: console.log });
  if (sfu instanceof Refusal) throw new Error(sfu.lines.join('\n'));
  const folder = await mkdtemp(join(tmpdir(), 'parley-bundle-'));
  try {
    const into = join(folder, 'parley');
    for (const path of KEPT)
      await cp(join(ROOT, path), join(into, path), {
        recursive: true,
        filter: (from) => !/\.(?:test|long)\.ts$/.test(from),
      });
    for (const path of new Set(await packages()))
      await cp(path, join(into, relative(ROOT, path)), { recursive: true, verbatimSymlinks: true });
    for (const name of ['protocol', 'server']) {
      const link = join(into, 'node_modules', '@parley', name);
      await mkdir(dirname(link), { recursive: true });
      await run('ln', ['-s', join('..', '..', name), link]);
    }
    await mkdir(join(into, 'sfu'));
    await cp(sfu.path, join(into, 'sfu', 'livekit-server'));
    await writeFile(join(into, 'parley'), PROGRAM);
    await chmod(join(into, 'parley'), 0o755);
    await run('tar', ['-czf', resolve(out), '-C', folder, 'parley']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

if (process.argv[1] === import.meta.filename) {
  const [out] = process.argv.slice(2);
  if (!out) throw new Error('npm run bundle -- FILE.tgz');
  await makeBundle(out);
  const { size } = await stat(out);
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  console.log(`${out}: Parley ${version}, ${Math.round(size / 1e6)} MB. Unpack it anywhere, and run parley/parley.`);
}
