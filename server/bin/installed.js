// Plain JavaScript: this runs on whatever Node the machine has, before the pinned one is known to be there.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The project's folder. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where the pinned Node lies once it is installed. @param {string} root the project's folder */
export function pinnedNode(root) {
  return join(root, 'node_modules', 'node', 'bin', 'node');
}

/**
 * What an installation lacks: the pinned Node, and the corrections of `patches/`. Both come from install scripts, so
 * that `--ignore-scripts` leaves neither; and without the corrections ts-mls lets removed people read on. Whatever
 * cannot be shown to be right is missing.
 * @param {string} root the project's folder
 * @returns {Promise<string[]>} one sentence for each; none when all is there
 */
export async function whatIsMissing(root) {
  return [...(await nodeMissing(root)), ...(await correctionsMissing(root))];
}

/** @param {string} root @returns {Promise<string[]>} */
async function nodeMissing(root) {
  const path = pinnedNode(root);
  try {
    const wanted = `v${JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).dependencies.node}`;
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 20_000 });
    const found = stdout.trim();
    return found === wanted ? [] : [`The pinned Node is ${wanted}; installed is ${found}.`];
  } catch {
    return [`The pinned Node is not installed: ${path} does not run.`];
  }
}

/** @param {string} root @returns {Promise<string[]>} */
async function correctionsMissing(root) {
  const folder = join(root, 'patches');
  try {
    const names = await readdir(folder);
    const listed = new Map();
    for (const name of names.filter((each) => each.endsWith('.sha256'))) {
      for (const [, digest, path] of (await readFile(join(folder, name), 'utf8')).matchAll(
        /^([0-9a-f]{64}) {2}(\S+)$/gm,
      )) {
        listed.set(path, digest);
      }
    }
    if (listed.size === 0) return [`No digests of corrected files are in ${folder}.`];
    const wrong = [];
    for (const name of names.filter((each) => each.endsWith('.patch'))) {
      for (const [, path] of (await readFile(join(folder, name), 'utf8')).matchAll(/^\+\+\+ b\/(\S+\.js)$/gm)) {
        if (!listed.has(path)) wrong.push(`The digest of ${path}, which is corrected, is not recorded.`);
      }
    }
    for (const [path, digest] of listed) {
      const bytes = await readFile(join(root, path)).catch(() => null);
      if (bytes === null) wrong.push(`${path} is not installed.`);
      else if (createHash('sha256').update(bytes).digest('hex') !== digest) {
        wrong.push(`${path} does not carry the correction that the keys of a talk depend on.`);
      }
      const nested = path.replace(/^node_modules\/([^/]+)\/.*/, 'protocol/node_modules/$1');
      if (
        await access(join(root, nested)).then(
          () => true,
          () => false,
        )
      ) {
        wrong.push(`${nested} would be used in place of the corrected one.`);
      }
    }
    return wrong;
  } catch (error) {
    return [`The corrections in ${folder} cannot be checked: ${error instanceof Error ? error.message : error}.`];
  }
}
