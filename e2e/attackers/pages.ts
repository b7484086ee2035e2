import { join } from 'node:path';
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import { createServer } from 'vite';
import type { Ghost } from './pages/ghost.ts';
import type { Side } from './stage.ts';

declare global {
  interface Window {
    readonly ghost: Ghost;
  }
}

/** Serves the attackers' own pages with the product's modules beside them. */
export const servePages = async (): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const root = join(import.meta.dirname, 'pages');
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: {
      port: 0,
      host: '127.0.0.1',
      hmr: false,
      watch: null,
      fs: { allow: [join(import.meta.dirname, '../..')] },
    },
    optimizeDeps: { include: ['livekit-client'] },
  });
  await vite.listen();
  const address = vite.httpServer?.address();
  if (address === null || address === undefined || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => vite.close() };
};

/** A ghost at an SFU, in a context of its own. */
export type GhostPage = { readonly page: Page; readonly context: BrowserContext; readonly name: string };

let ghosts = 0;

const openPage = async (browser: Browser, pages: { readonly url: string }, name: string): Promise<GhostPage> => {
  // Whoever may use devices is given local addresses too, without which no SFU on this machine is reached.
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.log(name, error.message));
  await page.goto(`${pages.url}/ghost.html`);
  await expect.poll(() => page.evaluate(() => 'ghost' in window)).toBe(true);
  return { page, context, name };
};

/** Opens a plain client that joins a side's SFU with a token that this SFU minted. */
export const openGhost = async (
  browser: Browser,
  pages: { readonly url: string },
  side: Side,
  how: { readonly publishes?: boolean } = {},
): Promise<GhostPage> => {
  ghosts += 1;
  const ghost = await openPage(browser, pages, `ghost-${ghosts}`);
  const token = await side.mint(ghost.name, how.publishes ?? false);
  await ghost.page.evaluate(([url, given]) => window.ghost.join(url, given), [side.sfu, token] as const);
  return ghost;
};

/** Opens a client that joins under the name of somebody who sits, and publishes as long as it is let. */
export const openDouble = async (
  browser: Browser,
  pages: { readonly url: string },
  side: Side,
  name: string,
): Promise<GhostPage> => {
  const double = await openPage(browser, pages, name);
  const token = await side.mint(name, true);
  // Not waited for: the node puts it out as soon as the real one is back, perhaps before it is in.
  void double.page
    .evaluate(
      async ([url, given]) => {
        await window.ghost.join(url, given);
        await window.ghost.publishPlain();
      },
      [side.sfu, token] as const,
    )
    .catch(() => {});
  return double;
};
