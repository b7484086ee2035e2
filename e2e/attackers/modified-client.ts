import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import type { Page, Route } from '@playwright/test';
import { build, type Plugin } from 'vite';
import type { Leak } from './pages/leaky-epochs.ts';

declare global {
  var leak: Leak;
}

const pages = join(import.meta.dirname, 'pages');
const web = join(import.meta.dirname, '../../web');

/** Modules of the product that a modified client has its own of: importer, what it asks for, what it gets. */
const changed = [
  [/web\/src\/session\/conversation\.ts$/, './epochs.ts', 'leaky-epochs.ts'],
  [/protocol\/src\/keys\/\w+\.ts$/, './forget.ts', 'never-forget.ts'],
  [/web\/src\/platform\/devices\/\w+\.ts$/, '../stand-in/script.ts', 'small-script.ts'],
] as const;

const changes: Plugin = {
  name: 'changed modules',
  enforce: 'pre',
  resolveId: (source, importer) => {
    const found = changed.find(([by, wanted]) => importer && by.test(importer) && source === wanted);
    return found ? join(pages, found[2]) : null;
  },
};

const unhashed = (name: string): string => name.replace(/-[\w-]{8}(?=\.)/, '');

const types: { readonly [ending: string]: string } = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

/** Our own page, built with some modules of the attacker's. */
export type ModifiedClient = {
  /** Has a browser run it in place of what its node serves. */
  readonly use: (page: Page) => Promise<void>;
  readonly remove: () => Promise<void>;
};

/** Builds the modified client. */
export const buildModifiedClient = async (): Promise<ModifiedClient> => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-modified-'));
  await build({
    configFile: join(web, 'vite.config.ts'),
    root: web,
    logLevel: 'error',
    plugins: [changes],
    build: { outDir: folder, emptyOutDir: true, minify: false },
  });
  const names = await readdir(join(folder, 'assets'));
  // The document is the node's own, so that the browser takes the page for what it is: it names our files by other
  // hashes.
  const fulfil = async (route: Route) => {
    const asked = basename(new URL(route.request().url()).pathname);
    const name = names.includes(asked) ? asked : names.find((one) => unhashed(one) === unhashed(asked));
    if (name === undefined) throw new Error(`the modified client has no ${asked}`);
    // One module has one address, or it would run twice.
    const shim = name !== asked && extname(name) === '.js';
    const body = shim ? `export * from './${name}';` : await readFile(join(folder, 'assets', name));
    // As the node serves its own, or the browser would not start our workers.
    const headers = {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    };
    await route.fulfill({ body, headers });
  };
  return {
    use: (page) => page.route(/\/assets\//, fulfil).then(() => undefined),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
