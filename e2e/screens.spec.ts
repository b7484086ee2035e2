import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import type { Gallery } from './screens/gallery/main.tsx';
import { serveGallery } from './screens/serve.ts';

declare const gallery: Gallery;

let origin: string;
let close: () => Promise<void>;

// A trace of so many states costs more than the tests; each of them is repeated alone within a second.
test.use({ trace: 'off' });

test.beforeAll(async () => {
  ({ origin, close } = await serveGallery());
});
test.afterAll(() => close());

/** Opens the gallery and collects what the page complains of: broken policy, warnings, faults. */
const open = async (page: Page, tag = 'en', direction?: 'rtl'): Promise<string[]> => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(origin);
  await expect(page.locator('h1')).toBeVisible();
  await page.evaluate((language) => gallery.speak(language), tag);
  if (direction !== undefined)
    await page.evaluate((dir) => {
      document.documentElement.dir = dir;
    }, direction);
  return complaints;
};

const show = async (page: Page, name: string): Promise<void> => {
  await page.evaluate((state) => gallery.show(state), name);
  await expect(page.getByRole('main')).toBeVisible();
};

const states = (page: Page): Promise<readonly string[]> => page.evaluate(() => gallery.names);

/**
 * What is wrong with the page as it stands: what axe finds, and whether it can be scrolled sideways. An open panel
 * stands outside the landmarks on purpose: it is a dialog over them.
 */
const faults = async (page: Page, panelIsOpen = false): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page })
    // Without a page of its own for each verdict: these pages have no frames.
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .disableRules(panelIsOpen ? ['region'] : [])
    .analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return sideways > 0 ? [...found, `wider than the window by ${sideways} px`] : found;
};

const looks = [
  { title: '1280×800, light, English', size: { width: 1280, height: 800 }, scheme: 'light', tag: 'en' },
  { title: '360×740, dark, Dutch', size: { width: 360, height: 740 }, scheme: 'dark', tag: 'nl' },
] as const;

for (const { title, size, scheme, tag } of looks) {
  test(`every screen in every state: axe finds nothing, nothing is cut off sideways (${title})`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const complaints = await open(page, tag);
    for (const name of await states(page)) {
      await show(page, name);
      expect.soft(await faults(page), name).toEqual([]);
    }
    expect(complaints.filter((text) => !text.includes('broken on purpose'))).toEqual([]);
  });
}

test('right to left and on a wall: nothing is cut off sideways', async ({ page }) => {
  await open(page, 'en', 'rtl');
  for (const size of [
    { width: 360, height: 740 },
    { width: 740, height: 360 },
    { width: 1920, height: 1080 },
  ]) {
    await page.setViewportSize(size);
    for (const name of await states(page)) {
      await show(page, name);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(sideways, `${name} at ${size.width}`).toBeLessThanOrEqual(0);
    }
  }
});

// Turns red with `minmax(0, 1fr) minmax(0, auto)` in .caption (web/src/stage/Tile.module.css).
test('whatever a tile has to say, it leaves the name its room', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'nl');
  for (const name of (await states(page)).filter((state) => state.startsWith('stage'))) {
    await show(page, name);
    const names = page.locator('[data-seating] > div:last-child > p:first-child > span:first-child');
    for (const one of await names.all()) expect.soft((await one.boundingBox())?.width ?? 0, name).toBeGreaterThan(32);
  }
});

for (const { title, size, scheme, tag } of looks)
  test(`the panels of the stage: axe finds nothing (${title})`, async ({ page }) => {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await open(page, tag);
    await show(page, 'stage four');
    for (const name of [/Devices|Toestellen/, /Leave|Van tafel/]) {
      await page.getByRole('button', { name }).first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
      expect.soft(await faults(page, true), String(name)).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toBeHidden();
    }
  });

test('every control on a phone is at least 44 px high and wide', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  for (const name of ['holding take', 'stage muted', 'rehearsal fresh', 'link able']) {
    await show(page, name);
    for (const control of await page.locator('button, select').all()) {
      const box = await control.boundingBox();
      expect.soft(box?.height ?? 0, name).toBeGreaterThanOrEqual(44);
      expect.soft(box?.width ?? 0, name).toBeGreaterThanOrEqual(44);
    }
  }
});

test('M, V and Space work on the stage, not in a list, and not once switched off', async ({ page }) => {
  await open(page);
  await show(page, 'stage muted');
  const called = () => page.evaluate(() => gallery.called());
  await expect(page.getByText('You are muted.').first()).toBeVisible();
  await page.keyboard.press('m');
  await expect(page.getByRole('status').filter({ hasText: 'You are heard.' })).toBeAttached();
  await page.keyboard.press('v');
  await expect(page.getByText('You are not seen.').first()).toBeVisible();
  await page.keyboard.down(' ');
  await page.keyboard.up(' ');
  expect(await called()).toEqual([
    ['setMicrophone', true],
    ['setCamera', false],
    ['talk', true],
    ['talk', false],
  ]);
  await page.getByRole('button', { name: 'Devices' }).click();
  await page.getByLabel('Camera', { exact: true }).focus();
  await page.keyboard.press('m');
  await page.keyboard.press('v');
  expect(await called()).toHaveLength(4);
  await page.getByLabel('M, V and Space work').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('m');
  expect(await called()).toHaveLength(4);
});

test('after a click on a control, Space talks and does not press that control again', async ({ page }) => {
  await open(page);
  await show(page, 'stage muted');
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.keyboard.down(' ');
  await page.keyboard.up(' ');
  expect(await page.evaluate(() => gallery.called())).toEqual([
    ['setCamera', false],
    ['talk', true],
    ['talk', false],
  ]);
});

test('leaving asks once; staying is one key away', async ({ page }) => {
  await open(page);
  await show(page, 'stage four');
  const called = () => page.evaluate(() => gallery.called());
  await page.getByRole('button', { name: 'Leave the table' }).click();
  expect(await called()).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Leave the table' }).click();
  await page.getByRole('button', { name: 'Leave now' }).click();
  expect(await called()).toEqual([['leave']]);
});

test('who thought better of leaving talks with Space, and never leaves by it', async ({ page }) => {
  await open(page);
  await show(page, 'stage muted');
  const called = () => page.evaluate(() => gallery.called());
  const leave = page.getByRole('button', { name: 'Leave the table' });
  await leave.click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press(' ');
  expect(await called()).toEqual([
    ['talk', true],
    ['talk', false],
  ]);
  await leave.focus();
  await page.keyboard.press(' ');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press(' ');
  await expect(page.getByRole('dialog')).toBeHidden();
  expect((await called()).map(([name]) => name)).not.toContain('leave');
});

test('a refused tile shows no picture, a sentence, and its code', async ({ page }) => {
  await open(page);
  await show(page, 'stage attacked');
  const tile = page.locator('[data-seating="3"]');
  await expect(tile).toHaveAttribute('data-state', 'refused');
  await expect(tile.locator('video')).toHaveCount(0);
  await expect(tile).toContainText('It was not shown.');
  await expect(tile).toContainText('sframe.unauthentic');
});

test('a sound that the browser holds back is offered, and one press starts it', async ({ page }) => {
  await open(page);
  await show(page, 'stage troubled');
  const start = page.getByRole('button', { name: 'Start the sound' });
  await start.click();
  await expect(start).toBeHidden();
});

test('when it is planned is said in its own zone, and in the reader’s where clocks show another time', async ({
  browser,
}) => {
  for (const [timezoneId, here] of [
    ['America/New_York', 'In your time zone: 10:00 – 12:00'],
    ['Europe/Paris', null],
  ] as const) {
    const page = await (await browser.newContext({ timezoneId })).newPage();
    await open(page);
    await show(page, 'holding take');
    await expect(page.getByText('Tuesday, December 7, 2021, 16:00 – 18:00 (Europe/Brussels)')).toBeVisible();
    await expect(page.getByText('In your time zone')).toHaveCount(here === null ? 0 : 1);
    if (here !== null) await expect(page.getByText(here)).toBeVisible();
    await show(page, 'holding nothing kept');
    await expect(page.getByText('That another has done so cannot be proven.')).toBeVisible();
    await page.context().close();
  }
});

test('the language is remembered', async ({ page }) => {
  await open(page);
  await show(page, 'link able');
  await page.getByLabel('Language').selectOption('nl');
  await expect(page.getByRole('button', { name: 'Mijn plaats openen' })).toBeVisible();
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'nl');
});
