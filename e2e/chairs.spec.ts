import { expect, test } from '@playwright/test';
import { closeSeats, openSeat, type Rehearsal, startRehearsal } from './rehearsal/index.ts';

let rehearsal: Rehearsal;
test.beforeEach(async () => {
  rehearsal = await startRehearsal();
});
test.afterEach(async ({ browser }) => {
  await closeSeats(browser);
  await rehearsal.stop();
});

test('[KNOCK3] whom the sheet does not name knocks, and comes in once both chairs have said yes', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const ilaria = await openSeat(browser, rehearsal, 'alba-principal');
  const anders = await openSeat(browser, rehearsal, 'borland-principal');
  await ilaria.takeSeat();
  await anders.takeSeat();
  const nadia = await openSeat(browser, rehearsal, 'alba-guest');
  await nadia.page.getByRole('button', { name: 'Knock' }).click();
  const knock = ({ page }: typeof ilaria) => page.getByRole('region', { name: 'Nadia Ferrero is knocking.' });
  await expect(knock(anders)).toContainText('Waiting for Alba and Borland.');
  await knock(ilaria).getByRole('button', { name: 'Let in' }).click();
  await expect(knock(anders)).toContainText('Yes from Alba. Waiting for Borland.');
  await expect(nadia.page.getByRole('button', { name: 'You have knocked …' })).toBeVisible();
  // Whoever waits outside is shown nobody.
  expect(await nadia.tiles()).toEqual([]);

  await knock(anders).getByRole('button', { name: 'Say no …' }).click();
  await knock(anders).getByRole('textbox').fill('After lunch');
  await knock(anders).getByRole('button', { name: 'Say no' }).click();
  await expect(nadia.page.getByText('Borland did not let you in: “After lunch”.')).toBeVisible();
  await expect(knock(ilaria)).toBeHidden();

  await nadia.page.getByRole('button', { name: 'Knock' }).click();
  for (const chair of [ilaria, anders]) await knock(chair).getByRole('button', { name: 'Let in' }).click();
  await expect(nadia.page.getByRole('button', { name: 'Leave the table' })).toBeVisible();
  await nadia.sees('Ilaria Conti', 'Anders Holm');
  await anders.sees('Ilaria Conti', 'Nadia Ferrero');
  // Once let in, she comes back without knocking anew.
  await nadia.page.reload();
  await nadia.page.getByRole('button', { name: 'Take your seat' }).click();
  await anders.sees('Ilaria Conti', 'Nadia Ferrero');
});

test('[CHAIR2, CHAIR3, RESTRICT2] a chair hands over, the next takes a chair that is empty, and removes its own only', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const ilaria = await openSeat(browser, rehearsal, 'alba-principal');
  const tomas = await openSeat(browser, rehearsal, 'alba-adviser');
  const anders = await openSeat(browser, rehearsal, 'borland-principal');
  for (const one of [ilaria, tomas, anders]) await one.takeSeat();
  await expect(anders.page.getByText('Alba · chair')).toHaveCount(1);
  await expect(anders.page.getByRole('button', { name: /chair, removal/ })).toHaveCount(0);

  await ilaria.page.getByRole('button', { name: 'Tomas Brandl: chair, removal' }).click();
  await ilaria.page.getByRole('button', { name: 'Hand over the chair' }).click();
  await expect(anders.page.getByText('Tomas Brandl is the chair of their delegation now.').first()).toBeVisible();
  await expect(ilaria.page.getByRole('button', { name: /chair, removal/ })).toHaveCount(0);

  await tomas.leave();
  await ilaria.page.getByRole('button', { name: 'Take the chair' }).click();
  await expect(anders.page.getByText('Ilaria Conti is the chair of their delegation now.').first()).toBeVisible();

  await tomas.page.getByRole('button', { name: 'To my seat' }).click();
  await tomas.takeSeat();
  await ilaria.page.getByRole('button', { name: 'Tomas Brandl: chair, removal' }).click();
  await ilaria.page.getByRole('button', { name: 'Remove …' }).click();
  await ilaria.page.getByRole('textbox').fill('Recalled');
  await ilaria.page.getByRole('button', { name: 'Remove from the table' }).click();
  await expect(tomas.page.getByRole('heading', { name: 'You were removed from the table' })).toBeVisible();
});

test('[CLOSE2] a meeting ends when both chairs agree; the rehearsal then holds another', async ({ browser }) => {
  test.setTimeout(120_000);
  const ilaria = await openSeat(browser, rehearsal, 'alba-principal');
  const anders = await openSeat(browser, rehearsal, 'borland-principal');
  for (const one of [ilaria, anders]) await one.takeSeat();
  await ilaria.page.getByRole('button', { name: 'Leave the table' }).click();
  await ilaria.page.getByRole('button', { name: 'Propose to end it for all' }).click();
  const end = ({ page }: typeof ilaria) => page.getByRole('region', { name: 'The end of the meeting' });
  await expect(end(anders)).toContainText('Alba: ready to end the meeting for all.');
  await end(ilaria).getByRole('button', { name: 'Go on instead' }).click();
  await expect(end(anders)).toBeHidden();
  await ilaria.page.getByRole('button', { name: 'Leave the table' }).click();
  await ilaria.page.getByRole('button', { name: 'Propose to end it for all' }).click();
  await end(anders).getByRole('button', { name: 'End it for all' }).click();
  for (const { page } of [ilaria, anders])
    await expect(page.getByRole('heading', { name: 'The meeting has ended' })).toBeVisible();
  const again = await openSeat(browser, rehearsal, 'borland-principal');
  await again.takeSeat();
});

test('[ADMIT3] a second device is refused, and takes the seat over when its person says so', async ({ browser }) => {
  test.setTimeout(120_000);
  const ilaria = await openSeat(browser, rehearsal, 'alba-principal');
  const anders = await openSeat(browser, rehearsal, 'borland-principal');
  for (const one of [ilaria, anders]) await one.takeSeat();
  const laptop = await openSeat(browser, rehearsal, 'alba-principal');
  await laptop.page.getByRole('button', { name: 'Take your seat' }).click();
  await expect(laptop.page.getByText('Someone sits in this seat at another device.')).toBeVisible();
  await anders.sees('Ilaria Conti');
  await laptop.page.getByRole('button', { name: 'Take the seat over from the other device' }).click();
  await expect(laptop.page.getByRole('button', { name: 'Leave the table' })).toBeVisible();
  await expect(ilaria.page.getByRole('heading', { name: 'You sit at another device now' })).toBeVisible();
  await expect(anders.page.getByText('Ilaria Conti sits at another device now.').first()).toBeVisible();
  await anders.sees('Ilaria Conti');
});
