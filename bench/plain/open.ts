import { type Browser, expect, type Page } from '@playwright/test';
import type { PlainPages } from './pages.ts';

/** What a plain page does: see plain.ts. */
export type PlainPart = 'stay' | 'cold' | 'prepared';

/** A plain livekit-client page, ready for its click. */
export type PlainPage = {
  readonly page: Page;
  readonly join: () => Promise<void>;
  readonly leave: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens a plain page up to its button; `before` prepares it ahead of its first script. */
export const openPlainPage = async (
  browser: Browser,
  pages: PlainPages,
  part: PlainPart,
  before: (page: Page) => Promise<unknown>,
): Promise<PlainPage> => {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'], locale: 'en-GB' });
  const page = await context.newPage();
  await before(page);
  await page.goto(`${pages.url}#${part}`);
  const button = (name: string) => page.getByRole('button', { name });
  await expect(button('Join')).toBeVisible({ timeout: 20_000 });
  return {
    page,
    join: () => button('Join').click(),
    leave: () => button('Leave').click(),
    close: () => context.close(),
  };
};
