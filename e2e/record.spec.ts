import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { signRecord } from '@parley/protocol/log';
import { actOf, place, seatedLog, settle, testDelegate, testMeeting } from '@parley/protocol/testing';
import { type BrowserContextOptions, expect, type Page, test } from '@playwright/test';

/** The page that checks a record, from disk and without a network, as an auditor has it. */
const PAGE = pathToFileURL(
  join(process.env.PARLEY_PAGES ?? join(import.meta.dirname, '../web/dist'), 'record.html'),
).href;

let folder: string;
let whole: string;
let lacking: string;
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-record-'));
  const meeting = await testMeeting();
  const people = await Promise.all(['alba-principal', 'borland-principal'].map((id) => testDelegate(meeting, id)));
  const [principal, counterpart] = people;
  if (!principal || !counterpart) throw new Error('two people');
  const { log } = await seatedLog(meeting, people);
  await settle(log, await actOf(log.ledger.state, counterpart, { kind: 'leave', seating: 2 }));
  const save = async (name: string): Promise<string> => {
    const { id: root, certificate, issuing: signer } = meeting.host;
    const bytes = await signRecord(
      {
        v: 1,
        at: log.now + 1_000,
        roots: meeting.delegations.map((one) => one.root.keys),
        sheet: meeting.signed,
        entries: log.entries.map(({ entry }) => entry.bytes),
        countersignatures: log.countersignatures.slice(-2).map((word) => word.bytes),
        restrictions: [],
        equivocations: [],
      },
      { root, certificate, signer },
    );
    await writeFile(join(folder, name), bytes);
    return join(folder, name);
  };
  whole = await save('whole.parley');
  await place(log, await actOf(log.ledger.state, principal, { kind: 'leave', seating: 1 }));
  lacking = await save('lacking.parley');
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

const laptop: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, locale: 'en-GB' };
const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 }, locale: 'nl', colorScheme: 'dark' };

/** Opens the page without a network, and collects what it complains of. */
const open = async (page: Page): Promise<string[]> => {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.context().setOffline(true);
  await page.goto(PAGE);
  await expect(page.locator('h1')).toBeVisible();
  return complaints;
};
/** What axe finds on the page as it stands. */
const faults = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target}`);
};
const choose = (page: Page, path: string) => page.locator('input[type=file]').setInputFiles(path);

for (const [title, options] of Object.entries({ laptop, phone }))
  test(`a record is checked from disk without a network (${title})`, async ({ browser }) => {
    const page = await (await browser.newContext(options)).newPage();
    const complaints = await open(page);
    const dutch = options === phone;
    expect(await faults(page)).toEqual([]);
    for (const [path, verdict] of [
      [whole, dutch ? 'Dit verslag klopt' : 'This record stands'],
      [lacking, dutch ? 'er ontbreekt iets' : 'something is missing or wrong'],
    ] as const) {
      await choose(page, path);
      await expect(page.getByRole('heading', { name: verdict })).toBeVisible();
      await expect(page.getByText('(Europe/Vienna)')).toBeVisible();
      await expect(
        page.getByText(dutch ? 'bewaart elke delegatie het hele verslag' : 'keeps the whole record'),
      ).toBeVisible();
      await expect(page.getByRole('row', { name: /Borland One/ })).toContainText(dutch ? 'ging weg' : 'left');
      expect(await faults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

test('a record that was changed is refused with the reason, the code and what to do', async ({ page }) => {
  await open(page);
  const bytes = await readFile(whole);
  const at = bytes.lastIndexOf('Borland One');
  const changed = join(folder, 'changed.parley');
  await writeFile(
    changed,
    bytes.map((byte, n) => (n === at ? byte ^ 1 : byte)),
  );
  await choose(page, changed);
  await expect(page.getByRole('heading', { name: 'it breaks at entry 2' })).toBeVisible();
  await expect(page.getByText('Nothing of it is proven.')).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await expect(page.locator('code')).toHaveText(/^[a-z]+\.[a-z-]+$/);
  // What stood there before is gone.
  await choose(page, whole);
  await expect(page.getByRole('heading', { name: 'This record stands' })).toBeVisible();
  await choose(page, changed);
  await expect(page.getByRole('heading', { name: 'This record stands' })).toBeHidden();
});

// Turns red without the policy of oneFile (web/record.vite.ts).
test('the page can send nothing, even where it is told to', async ({ page }) => {
  await page.goto(PAGE);
  const tried = await page.evaluate(async () => {
    const refused: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
    await fetch('http://127.0.0.1:9/').catch(() => undefined);
    await new Promise((resolve) => {
      const image = new Image();
      image.onerror = resolve;
      image.src = 'http://127.0.0.1:9/x.png';
    });
    navigator.sendBeacon('http://127.0.0.1:9/');
    return refused;
  });
  expect(tried).toEqual(expect.arrayContaining(['connect-src', 'img-src']));
});
