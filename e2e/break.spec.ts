import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { closeSeats, openSeat, type Rehearsal, type Seat, startRehearsal } from './rehearsal/index.ts';

/** The rehearsal's own attacks, as a person plays them from its page: each is played, and nothing false is shown. */
test.describe.configure({ mode: 'serial' });
test.setTimeout(150_000);

let rehearsal: Rehearsal;
let person: Seat;
let page: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(150_000);
  const pages = process.env.PARLEY_PAGES ?? join(import.meta.dirname, '../web/dist');
  rehearsal = await startRehearsal({ env: { PARLEY_PAGES: pages } });
  for (const seat of ['borland-principal', 'borland-adviser'])
    await openSeat(browser, rehearsal, seat, { standIn: true });
  person = await openSeat(browser, rehearsal, 'alba-principal');
  await person.takeSeat();
  await expect(async () => person.sees('Anders Holm', 'Mira Osei')).toPass({ timeout: 60_000 });
  page = await (await browser.newContext()).newPage();
  await page.goto(rehearsal.address);
});
test.afterAll(async ({ browser }) => {
  await closeSeats(browser);
  await rehearsal?.stop();
});

type Shown = { readonly state: string; readonly steps: readonly { readonly key: string; readonly values: object }[] };

/** Orders an attack from the page, and waits for its end. */
const play = async (id: string): Promise<Shown> => {
  const look = async (): Promise<Shown> => {
    const state = (await rehearsal.state()) as unknown as { readonly attacks: readonly (Shown & { id: string })[] };
    const found = state.attacks.find((one) => one.id === id);
    if (!found) throw new Error(`no ${id}`);
    return found;
  };
  const status = await page.evaluate(async (attack) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/attack', { method: 'POST', headers, body: JSON.stringify({ id: attack }) })).status;
  }, id);
  expect(status).toBe(202);
  await expect.poll(async () => (await look()).state, { timeout: 60_000 }).not.toBe('running');
  return look();
};
const allIsWell = () => expect(async () => person.sees('Anders Holm', 'Mira Osei')).toPass({ timeout: 60_000 });

/** What must stand in the steps of each: what was done, and of the forged admission what the other node said. */
const expected = {
  'forge-admission': {
    key: 'refused',
    values: expect.objectContaining({ code: expect.stringMatching(/^identity\./) }),
  },
  'no-encryption': { key: 'told', values: expect.objectContaining({ count: expect.any(Number) }) },
  'swap-names': { key: 'told', values: expect.objectContaining({ count: expect.any(Number) }) },
  'inject-picture': { key: 'sent', values: expect.objectContaining({ count: expect.any(Number) }) },
  replay: { key: 'sent', values: expect.objectContaining({ count: expect.any(Number) }) },
};

for (const [id, step] of Object.entries(expected))
  test(`${id} is played, and the talk goes on`, async () => {
    const { state, steps } = await play(id);
    expect(state, JSON.stringify(steps)).toBe('done');
    expect(steps).toContainEqual(expect.objectContaining(step));
    await allIsWell();
  });

test('[RECORD2] what each side recorded of all that stands, and names who sat', async () => {
  for (const side of ['Alba', 'Borland']) {
    const saving = page.waitForEvent('download');
    await page.getByRole('link', { name: `Save ${side}'s record` }).click();
    const saved = await (await saving).path();
    const opening = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Check a record' }).click();
    const checking = await opening;
    await checking.locator('input[type=file]').setInputFiles(saved);
    await expect(checking.getByRole('heading', { name: /^This record stands/ })).toBeVisible();
    await expect(checking.getByText(`exported by the node of ${side}`)).toBeVisible();
    for (const name of ['Ilaria Conti', 'Anders Holm', 'Mira Osei'])
      await expect(checking.getByRole('rowheader', { name }).first()).toBeVisible();
    await checking.close();
  }
});
