import { type Browser, expect, test } from '@playwright/test';
import { hueOf } from '../web/src/platform/stand-in/script.ts';
import { closeSeats, openSeat, type Rehearsal, type Seat, startRehearsal } from './rehearsal/index.ts';

/** Everybody of the rehearsal's sheet, with the pitch by which a test knows their voice. */
const PEOPLE = [
  { id: 'alba-principal', name: 'Ilaria Conti', tone: 330 },
  { id: 'alba-adviser', name: 'Tomas Brandl', tone: 550 },
  { id: 'borland-principal', name: 'Anders Holm', tone: 770 },
  { id: 'borland-adviser', name: 'Mira Osei', tone: 990 },
] as const;

type Person = (typeof PEOPLE)[number];

let rehearsal: Rehearsal;
test.beforeAll(async () => {
  rehearsal = await startRehearsal();
});
test.afterEach(({ browser }) => closeSeats(browser));
test.afterAll(() => rehearsal.stop());

const sit = (browser: Browser, { id, tone }: Person): Promise<Seat> =>
  openSeat(browser, rehearsal, id, { standIn: true, tone });

const othersOf = ({ id }: Person) => PEOPLE.filter((person) => person.id !== id);

/** Each tile shows the right person's picture, told apart by its colour, and each voice is heard. */
const meets = async (seat: Seat, others: readonly Person[]) => {
  await seat.sees(...others.map(({ name }) => name));
  for (const tile of await seat.tiles()) {
    const person = others.find(({ name }) => name === tile.name);
    expect(distance(tile.hue ?? -1, hueOf(person?.id ?? '')), `${tile.name} as ${seat.id} sees them`).toBeLessThan(8);
  }
  const tones = others.map(({ tone }) => expect.closeTo(tone, -1.3));
  await expect.poll(async () => (await seat.pitches()).toSorted((a, b) => a - b)).toEqual(tones);
};

/** Between two hues, the shorter way round. */
const distance = (a: number, b: number) => Math.min((a - b + 360) % 360, (b - a + 360) % 360);

test('two delegations, two people each: all see and hear all, and each tile is the right person', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const seats: Seat[] = [];
  for (const person of PEOPLE) seats.push(await sit(browser, person));
  for (const [n, person] of PEOPLE.entries()) {
    const seat = seats[n];
    if (seat) await meets(seat, othersOf(person));
  }
});

test('who sits down first is seated at once, of the delegation that does not host too', async ({ browser }) => {
  const [, , borland] = PEOPLE;
  const { page } = await sit(browser, borland);
  await expect(page.getByRole('button', { name: 'Leave the table' })).toBeVisible({ timeout: 10_000 });
});

test('a browser that the node does not know reads so, and is offered nothing', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const link = await rehearsal.link('alba-principal');
  await page.goto(link.replace(/link=.{43}/, `link=${'A'.repeat(43)}`));
  await page.getByRole('button', { name: 'Open my seat' }).click();
  await expect(page.getByText('does not know this link')).toBeVisible();
  await page.goto('about:blank');
  // It holds a device key by now, which no link was redeemed for.
  await page.goto(link.replace(/#.*/, ''));
  await expect(page.getByText('does not know this browser')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open my seat' })).toBeHidden();
  await context.close();
});

test('after a reload no camera opens that was put away, and nothing is sent that was switched off', async ({
  browser,
}) => {
  const { page, takeSeat } = await openSeat(browser, rehearsal, 'alba-principal');
  await page.getByLabel('Camera').selectOption({ label: 'Drawn picture' });
  await takeSeat();
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: 'Unmute' })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Camera')).toHaveValue('parley:drawn');
  await expect(page.getByText('you will begin muted')).toBeVisible();
  await page.getByRole('button', { name: 'Take your seat' }).click();
  await expect(page.getByRole('button', { name: 'Unmute' })).toBeVisible();
});

test('a second window of a seat asks before it takes it; the first lets go, and the others see them gone until then', async ({
  browser,
}) => {
  const [alba, , borland] = PEOPLE;
  const host = await sit(browser, alba);
  const guest = await openSeat(browser, rehearsal, borland.id);
  await guest.takeSeat();
  await host.sees(borland.name);
  const second = await guest.context.newPage();
  await second.goto(guest.page.url().replace(/#.*/, ''));
  await expect(second.getByText('This seat is open in another window')).toBeVisible();
  await host.sees(borland.name);
  await second.getByRole('button', { name: 'Take the seat here' }).click();
  await expect(guest.page.getByText('taken over in another window')).toBeVisible();
  await expect(second.getByRole('button', { name: 'Take your seat' })).toBeVisible();
  await expect.poll(async () => (await host.tiles()).length).toBe(0);
  await second.getByRole('button', { name: 'Take your seat' }).click();
  await host.sees(borland.name);
});

test('[CODE6, CODE7] one code: begun by one, on every screen, compared, and what a later comer means for it', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const [alba, , borland, adviser] = PEOPLE;
  const host = await sit(browser, alba);
  await host.page.getByRole('button', { name: 'Compare code' }).click();
  await expect(host.page.getByText('A code needs somebody to compare it with.')).toBeVisible();
  const guest = await sit(browser, borland);
  await host.sees(borland.name);
  await guest.sees(alba.name);

  const card = ({ page }: Seat) => page.getByRole('region', { name: 'One code for the table' });
  const wordsOn = (seat: Seat) => card(seat).getByRole('listitem').allTextContents();
  const digitsOn = async (seat: Seat) => (await card(seat).locator('bdi').textContent()) ?? '';
  await card(host).getByRole('button', { name: 'Make the code' }).click();
  await expect(card(guest).getByText('One of you reads this aloud')).toBeVisible();
  await expect(card(host).getByText('One of you reads this aloud')).toBeVisible();
  await expect(card(guest).getByRole('listitem')).toHaveCount(5);
  await expect(card(host).getByRole('listitem')).toHaveCount(5);
  const words = await wordsOn(host);
  expect(await wordsOn(guest)).toEqual(words);
  const digits = await digitsOn(host);
  expect(digits).toMatch(/^\d{4}( \d{4}){4}$/);
  expect(await digitsOn(guest)).toBe(digits);

  await card(guest).getByRole('button', { name: 'It is the same' }).click();
  await expect(card(host).getByText(`The same, say: ${borland.name}.`)).toBeVisible();

  const late = await sit(browser, adviser);
  await expect(card(host).getByText(`not covered by this code: ${adviser.name}`)).toBeVisible();
  expect(await wordsOn(host)).toEqual(words);
  await late.page.getByRole('button', { name: 'Compare code' }).click();
  await card(late).getByRole('button', { name: 'Make the code' }).click();
  await expect(card(late).getByRole('listitem')).toHaveCount(5);
  const newer = await wordsOn(late);
  expect(newer).not.toEqual(words);
  await expect.poll(() => wordsOn(host)).toEqual(newer);
  await expect.poll(() => wordsOn(guest)).toEqual(newer);
  await expect(card(host).getByText('not covered by this code')).toBeHidden();

  await card(guest).getByRole('button', { name: 'It is different' }).click();
  const alarm = `Another code than theirs was read, say: ${borland.name}.`;
  for (const { page } of [host, late]) await expect(page.getByRole('complementary').getByText(alarm)).toBeVisible();
});

test('whoever has no microphone and no camera reads so, whatever is switched on', async ({ browser }) => {
  const { page, takeSeat } = await openSeat(browser, rehearsal, PEOPLE[0].id);
  await takeSeat();
  await page.getByRole('button', { name: 'Devices' }).click();
  await page.getByLabel('Microphone').selectOption({ label: 'No microphone' });
  await page.getByLabel('Camera').selectOption({ label: 'No camera' });
  await page.keyboard.press('Escape');
  await expect(page.getByText('No microphone').first()).toBeVisible();
  await expect(page.getByText(/You are (heard|seen)|(Microphone|Camera) on/)).toHaveCount(0);
});

test('a late joiner, a leaver, a reload and a closed tab: roster and pictures are right again', async ({ browser }) => {
  test.setTimeout(120_000);
  const [alba, , borland, adviser] = PEOPLE;
  const host = await sit(browser, alba);
  const guest = await sit(browser, borland);
  await host.sees(borland.name);

  const late = await sit(browser, adviser);
  await host.sees(borland.name, adviser.name);
  await meets(late, [alba, borland]);

  await late.leave();
  await host.sees(borland.name);

  await guest.page.reload();
  await guest.takeSeat();
  await host.sees(borland.name);
  await guest.sees(alba.name);

  await guest.page.close();
  await expect.poll(async () => (await host.tiles()).length).toBe(0);
});
