import { expect, type Page, test } from '@playwright/test';
import { servePages } from './link-fixed-key.stage.ts';
import type { DevicesPage } from './pages/devices.ts';

declare global {
  interface Window {
    readonly devicesPage: DevicesPage;
  }
}

let pages: Awaited<ReturnType<typeof servePages>>;
test.beforeAll(async () => {
  pages = await servePages();
});
test.afterAll(() => pages.close());

async function open(page: Page, how: Parameters<DevicesPage['open']>[0] = {}): Promise<void> {
  await page.goto(`${pages.url}/devices.html`);
  await page.locator('#gesture').click();
  await page.evaluate((options) => window.devicesPage.open(options), how);
}

const states = (page: Page) =>
  page.evaluate(() => {
    const { camera, microphone } = window.devicesPage.devices().view();
    return [camera.state, microphone.state];
  });
const sends = (page: Page) =>
  page.evaluate(() => [window.devicesPage.sends('video'), window.devicesPage.sends('audio')]);
const moves = async (page: Page) => {
  const before = await page.evaluate(() => window.devicesPage.pictures());
  await expect.poll(() => page.evaluate(() => window.devicesPage.pictures())).toBeGreaterThan(before + 5);
};

/** Makes every request for a device fail as a browser does it. */
const failing = (page: Page, name: string) =>
  page.addInitScript((with_) => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', with_));
  }, name);

test('camera and microphone open, are listed, metered, switched, changed and closed', async ({ page }) => {
  await open(page);
  await expect.poll(() => states(page)).toEqual(['live', 'live']);
  expect(await sends(page)).toEqual([true, true]);
  await moves(page);
  const view = await page.evaluate(() => {
    const { cameras, microphones, camera } = window.devicesPage.devices().view();
    return { cameras, microphones, camera };
  });
  expect(view.cameras.map(({ id }) => id)).toContain(view.camera.id);
  expect(view.microphones.length).toBeGreaterThan(0);
  await expect.poll(() => page.evaluate(() => window.devicesPage.devices().microphoneLevel())).toBeGreaterThan(0.2);
  await page.evaluate(() => window.devicesPage.devices().enable('audio', false));
  expect(await sends(page)).toEqual([true, false]);
  // Switched off it stays, whichever microphone is chosen.
  const other = view.microphones.at(-1)?.id ?? '';
  await page.evaluate((id) => window.devicesPage.devices().chooseMicrophone(id), other);
  await expect
    .poll(() => page.evaluate(() => window.devicesPage.devices().view().microphone))
    .toEqual({ id: other, state: 'live' });
  expect(await sends(page)).toEqual([true, false]);
  await page.evaluate(() => window.devicesPage.devices().chooseCamera(null));
  expect(await states(page)).toEqual(['off', 'live']);
  expect(await sends(page)).toEqual([null, false]);
  await page.evaluate(() => window.devicesPage.devices().chooseCamera('drawn'));
  expect(await states(page)).toEqual(['drawn', 'live']);
  await moves(page);
});

for (const [name, state] of [
  ['NotAllowedError', 'refused'],
  ['NotFoundError', 'missing'],
  ['NotReadableError', 'busy'],
] as const) {
  test(`a device that is ${state} is called so, and the drawn picture is a way on`, async ({ page }) => {
    await failing(page, name);
    await open(page);
    await expect.poll(() => states(page)).toEqual([state, state]);
    expect(await sends(page)).toEqual([null, null]);
    await page.evaluate(() => window.devicesPage.devices().chooseCamera('drawn'));
    expect(await states(page)).toEqual(['drawn', state]);
    expect(await sends(page)).toEqual([true, null]);
    await moves(page);
  });
}

test('permission that the browser withholds is refused', async ({ browser }) => {
  const context = await browser.newContext({ permissions: [] });
  const page = await context.newPage();
  await open(page);
  await expect.poll(() => states(page)).toEqual(['refused', 'refused']);
  await context.close();
});

test('a second seat of a machine opens its microphone only when asked', async ({ page }) => {
  await open(page, { sharedMachine: true });
  await expect.poll(() => states(page)).toEqual(['live', 'off']);
  await page.evaluate(() => window.devicesPage.devices().enable('audio', false));
  expect(await states(page)).toEqual(['live', 'off']);
  await page.evaluate(() => window.devicesPage.devices().enable('audio', true));
  await expect.poll(() => states(page)).toEqual(['live', 'live']);
  expect(await sends(page)).toEqual([true, true]);
});

test('a stand-in opens no device: it is drawn, and speaks', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => {
      throw new Error('a device was asked for');
    };
  });
  await open(page, { standIn: true });
  await expect.poll(() => states(page)).toEqual(['drawn', 'drawn']);
  expect(await sends(page)).toEqual([true, true]);
  await moves(page);
  await expect.poll(() => page.evaluate(() => window.devicesPage.devices().microphoneLevel())).toBeGreaterThan(0.2);
});
