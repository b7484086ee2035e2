import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { agreeOn, introduceEachOther, proveToEachOther, seatFor } from './offices/day.ts';
import { type Office, openAuthority, openOffice, placeHere } from './offices/office.ts';
import { closeSeats, openSeat, type Seat } from './rehearsal/index.ts';

let folder: string;
const offices: Office[] = [];
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-offices-'));
});
test.afterEach(({ browser }) => closeSeats(browser));
test.afterAll(async () => {
  await Promise.all(offices.map((office) => office.stop()));
  rmSync(folder, { recursive: true, force: true });
});

test('two offices that have never met: set up over TLS, introduced, a meeting agreed, held and proven', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const authority = await openAuthority(folder);
  test.skip(!authority, 'openssl, which makes the certificates, is not on this machine');
  if (!authority) return;
  const open = async (name: string): Promise<Office> => {
    const office = await openOffice(folder, name, authority, await placeHere(name));
    offices.push(office);
    return office;
  };
  const [alba, borland] = [await open('Alba'), await open('Borland')];
  await Promise.all([alba.start(), borland.start()]);
  const opened = async (office: Office, person: string): Promise<Seat> => {
    const seat = await seatFor(office, person);
    return openSeat(browser, seat, seat.id, { context: { ignoreHTTPSErrors: true } });
  };

  await test.step('they introduce themselves and compare the words', () => introduceEachOther(folder, alba, borland));
  await test.step('whoever waits for a meeting that is called off is told, and not alarmed', async () => {
    const number = await agreeOn(folder, alba, borland, 'Talks that do not take place');
    const { page } = await opened(alba, 'Ilaria Conti');
    await borland.parley('withdraw', number, '--because', 'not this week');
    await expect(page.getByRole('heading', { name: 'This meeting was called off' })).toBeVisible();
    await closeSeats(browser);
  });
  await test.step('one proposes, the other accepts', () => agreeOn(folder, alba, borland, 'Talks'));
  await test.step('their principals sit, see and hear each other', async () => {
    const ilaria = await opened(alba, 'Ilaria Conti');
    await ilaria.takeSeat();
    const anders = await opened(borland, 'Anders Holm');
    await anders.takeSeat();
    await ilaria.sees('Anders Holm');
    await anders.sees('Ilaria Conti');
    await anders.leave();
    await ilaria.leave();
  });
  await test.step('each holds a record that stands under the roots that it compared', () =>
    proveToEachOther(folder, alba, borland));
});
