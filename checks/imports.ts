import { dirname, join, normalize } from 'node:path';
import type { Check } from './check.ts';
import { files, isTest, text, withoutComments } from './files.ts';

/** Inside protocol a folder imports only from folders that stand before it. */
const layers: Readonly<Record<string, readonly string[]>> = {
  bytes: [],
  identity: ['bytes'],
  log: ['bytes', 'identity'],
  keys: ['bytes', 'identity'],
  frames: ['bytes', 'identity', 'log', 'keys'],
  words: ['bytes'],
  code: ['bytes', 'keys'],
  meeting: ['bytes', 'identity', 'log', 'keys'],
  clip: ['bytes', 'identity', 'log', 'keys', 'frames', 'meeting'],
  wire: ['bytes', 'identity', 'log', 'keys', 'frames', 'meeting', 'clip'],
};

/** What a workspace may import of the others. */
const workspaces: Readonly<Record<string, readonly string[]>> = {
  protocol: ['protocol'],
  server: ['server', 'protocol'],
  web: ['web', 'protocol'],
};

/** Imports that the house forbids: web and server of each other, upwards in protocol, React in web/src/session. */
export const imports: Check = {
  name: 'imports',
  find: async () => {
    const paths = await files('protocol/*.ts', 'server/*.ts', 'server/*.js', 'web/*.ts', 'web/*.tsx');
    const wrong: string[] = [];
    for (const path of paths) {
      for (const imported of importsOf(withoutComments(await text(path)))) {
        const reason = forbidden(path, imported);
        if (reason) wrong.push(`${path} imports ${imported}: ${reason}`);
      }
    }
    return { wrong, note: `${paths.length} files` };
  },
};

/** Every module that a source names: static, type-only, re-exported, dynamic. */
export function importsOf(source: string): string[] {
  const pattern = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;
  return [...source.matchAll(pattern)].map((found) => found[2] ?? '');
}

/** Why a file may not import a module, or null where it may. */
export function forbidden(path: string, imported: string): string | null {
  const target = imported.startsWith('.') ? normalize(join(dirname(path), imported)) : fromPackage(imported);
  const [workspace = ''] = path.split('/');
  const [towards = ''] = target?.split('/') ?? [];
  const session = path.startsWith('web/src/session/') && !isTest(path);
  if (session && /^react(-|$|\/)/.test(imported)) return 'session knows no React';
  if (target === null) return null;
  if (isTest(target) && !isTest(path)) return 'it is test code';
  if (towards in workspaces && !workspaces[workspace]?.includes(towards))
    return `${workspace} never imports ${towards}`;
  if (path.startsWith('web/src/ui/') && target.startsWith('web/src/session/')) return 'ui knows no meeting';
  if (workspace !== 'protocol' || isTest(path)) return null;
  const [from, to] = [path.split('/')[2] ?? '', target.split('/')[2] ?? ''];
  if (from === to || !(from in layers) || !(to in layers)) return null;
  return layers[from]?.includes(to) ? null : `${from} stands below ${to}`;
}

function fromPackage(imported: string): string | null {
  const found = /^@parley\/(protocol|server|web)(?:\/(.*))?$/.exec(imported);
  return found ? `${found[1]}/src/${found[2] ?? ''}` : null;
}
