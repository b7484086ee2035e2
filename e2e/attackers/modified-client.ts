import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
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

const types: { readonly [ending: string]: string } = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
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
  const fulfil = async (route: Route, path: string) => {
    const body = await readFile(join(folder, path));
    await route.fulfill({ body, contentType: types[extname(path)] ?? 'application/octet-stream' });
  };
  return {
    use: async (page) => {
      await page.route(/\/assets\//, (route) => fulfil(route, new URL(route.request().url()).pathname.slice(1)));
      await page.route(/\/seat\/[^/]+$/, (route) => fulfil(route, 'index.html'));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
