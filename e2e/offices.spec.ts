import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { freePort } from '../server/src/sfu/livekit/settings.ts';
import { type Office, openAuthority, openOffice } from './offices/office.ts';
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

const COMPARED = ['--with', 'a voice that is known', '--by', 'telephone'];
const MINUTE = 60_000;
type Listed = {
  readonly standing: string;
  readonly seats: readonly { readonly id: string; readonly name: string }[];
};
const zoned = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('UTC').toString({ smallestUnit: 'minute' });

test('two offices that have never met: set up over TLS, introduced, a meeting agreed, held and proven', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const authority = await openAuthority(folder);
  test.skip(!authority, 'openssl, which makes the certificates, is not on this machine');
  if (!authority) return;
  const open = async (name: string): Promise<Office> => {
    const [seats, peer] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    const office = await openOffice(folder, name, authority, { seats, peer });
    offices.push(office);
    return office;
  };
  const [alba, borland] = [await open('Alba'), await open('Borland')];
  await Promise.all([alba.start(), borland.start()]);

  await test.step('they introduce themselves and compare the words', async () => {
    const cards = { alba: join(folder, 'alba.introduction'), borland: join(folder, 'borland.introduction') };
    await alba.parley('introduce', '--out', cards.alba);
    await borland.parley('introduce', '--out', cards.borland);
    const words = async (office: Office, card: string) =>
      JSON.parse(await office.parley('introduce', card, '--json')).words;
    expect(await words(alba, cards.borland)).toEqual(await words(borland, cards.alba));
    await alba.parley('introduce', cards.borland, ...COMPARED);
    await borland.parley('introduce', cards.alba, ...COMPARED);
  });

  const seatOf = async (office: Office, name: string): Promise<string> => {
    const meetings: readonly Listed[] = JSON.parse(await office.parley('meetings', '--json'));
    const meeting = meetings.find(({ standing }) => standing === 'agreed');
    return meeting?.seats.find((seat) => seat.name === name)?.id ?? '';
  };
  const agreeOn = async (title: string): Promise<string> => {
    const plan = {
      title,
      from: zoned(Date.now() - MINUTE),
      until: zoned(Date.now() + 120 * MINUTE),
      delegations: [
        { name: 'Alba', seats: [{ role: 'principal', name: 'Ilaria Conti', function: 'President' }] },
        { name: 'Borland', seats: [{ role: 'principal', name: 'Anders Holm', function: 'Prime Minister' }] },
      ],
    };
    const path = join(folder, 'plan.jsonc');
    writeFileSync(path, JSON.stringify(plan));
    const number = (await alba.parley('propose', path)).slice(0, 8);
    await expect.poll(() => borland.parley('meetings'), { timeout: 20_000 }).toContain(number);
    await borland.parley('accept', number);
    const agreed = `${number}  “${title}”: agreed by all`;
    await expect.poll(() => alba.parley('meetings'), { timeout: 20_000 }).toContain(agreed);
    return number;
  };
  const opened = async (office: Office, name: string): Promise<Seat> => {
    const id = await seatOf(office, name);
    const link = async () => (await office.parley('link', id)).trim();
    return openSeat(browser, { link }, id, { context: { ignoreHTTPSErrors: true } });
  };
  await test.step('whoever waits for a meeting that is called off is told, and not alarmed', async () => {
    const number = await agreeOn('Talks that do not take place');
    const { page } = await opened(alba, 'Ilaria Conti');
    await borland.parley('withdraw', number, '--because', 'not this week');
    await expect(page.getByRole('heading', { name: 'This meeting was called off' })).toBeVisible();
    await closeSeats(browser);
  });
  await test.step('one proposes, the other accepts', () => agreeOn('Talks'));

  await test.step('their principals sit, see and hear each other', async () => {
    const sit = async (office: Office, name: string) => {
      const seat = await opened(office, name);
      await seat.takeSeat();
      return seat;
    };
    const ilaria = await sit(alba, 'Ilaria Conti');
    const anders = await sit(borland, 'Anders Holm');
    await ilaria.sees('Anders Holm');
    await anders.sees('Ilaria Conti');
    await anders.leave();
    await ilaria.leave();
  });

  await test.step('each holds a record that stands under the roots that it compared', async () => {
    for (const office of [alba, borland]) {
      const record = join(folder, `${office.name}.parley`);
      await office.parley('export', '--out', record);
      const other = office === alba ? borland : alba;
      const said = await other.parley('verify', record, '--config', other.config);
      expect(said).toContain('This record stands.');
      expect(said).toMatch(/Anders Holm, Prime Minister, Borland: from \S+Z to \S+Z \(left\)/);
    }
  });
});
