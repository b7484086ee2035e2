import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, expect, test } from '@playwright/test';
import { hasTurnServer, startTurnServer, type TurnServer } from '../server/test/turn-server.ts';
import { launchFlags } from './browser/index.ts';
import { agreeOn, introduceEachOther, proveToEachOther, seatFor } from './offices/day.ts';
import { type Country, openCountry, type Premises, whyNoHosts } from './offices/hosts.ts';
import { type Authority, type Office, openAuthority, openOffice } from './offices/office.ts';
import { openSeat, type Seat } from './rehearsal/index.ts';

const NAMES = ['Alba', 'Borland'] as const;
const SECRET = 'between relay and node';
const TURN = 3_478;

let folder: string;
let country: Country | null = null;
const relays: TurnServer[] = [];
const offices: Office[] = [];
const browsers: Browser[] = [];
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-hosts-'));
});
test.afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await Promise.all(offices.map((office) => office.stop()));
  await Promise.all(relays.map((relay) => relay.stop()));
  await country?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A delegation on premises of its own: its relay, its node, and the browser of its principal, each where it belongs. */
const settle = async (name: string, { server, device, address }: Premises, authority: Authority) => {
  const home = join(folder, `${name}-relay`);
  mkdirSync(home);
  relays.push(await startTurnServer({ address, port: TURN, secret: SECRET, folder: home }, server.inside));
  const secret = join(home, 'secret');
  writeFileSync(secret, SECRET);
  const relay = JSON.stringify({ urls: [`turn:${address}:${TURN}`], secret });
  const office = await openOffice(folder, name, authority, {
    host: `${name.toLowerCase()}.example`,
    seats: 443,
    peer: 8_443,
    sfu: address,
    inside: server.inside,
    configured: (text) => text.replace('"relay": null', `"relay": ${relay}`),
  });
  offices.push(office);
  await office.start();
  const program = process.env.PARLEY_CHROMIUM ?? '';
  const executablePath = device.wrap(program, folder);
  const browser = await chromium.launch({ executablePath, args: [...launchFlags] });
  browsers.push(browser);
  return { office, browser };
};

test('[RELAY2] two delegations on two hosts: a day from introduction to record, and no device sends a packet to a stranger', async () => {
  test.setTimeout(180_000);
  const reason = await whyNoHosts();
  test.skip(reason !== null, reason ?? '');
  test.skip(!hasTurnServer(), 'coturn (turnserver) is not on this machine');
  const authority = await openAuthority(folder);
  test.skip(!authority, 'openssl, which makes the certificates, is not on this machine');
  if (!authority) return;
  country = await openCountry(NAMES.map((name) => `${name.toLowerCase()}.example`));
  const [here, there] = country.premises;
  if (!here || !there) throw new Error('two premises were asked for');
  const alba = await settle('Alba', here, authority);
  const borland = await settle('Borland', there, authority);

  await test.step('they introduce themselves, and agree on a meeting', async () => {
    await introduceEachOther(folder, alba.office, borland.office);
    await agreeOn(folder, alba.office, borland.office, 'Talks');
  });
  await test.step('doctor finds nothing broken on either host', async () => {
    for (const { office } of [alba, borland]) {
      const said: readonly { readonly of: string; readonly how: string; readonly says: string }[] = JSON.parse(
        await office.parley('doctor', '--json'),
      );
      expect(said.filter(({ how }) => how !== 'good')).toEqual([]);
    }
  });
  await test.step('their principals see and hear each other, and compare the code', async () => {
    const sit = async ({ office, browser }: typeof alba, person: string): Promise<Seat> => {
      const place = await seatFor(office, person);
      const seat = await openSeat(browser, place, place.id, { context: { ignoreHTTPSErrors: true } });
      await seat.takeSeat();
      return seat;
    };
    const ilaria = await sit(alba, 'Ilaria Conti');
    const anders = await sit(borland, 'Anders Holm');
    await ilaria.sees('Anders Holm');
    await anders.sees('Ilaria Conti');
    await ilaria.page.getByRole('button', { name: 'Compare code' }).click();
    await ilaria.page.getByRole('button', { name: 'Make the code' }).click();
    const digits = async ({ page }: Seat) => page.locator('section bdi').textContent();
    await expect(anders.page.locator('section bdi')).toBeVisible();
    expect(await digits(anders)).toBe(await digits(ilaria));
    await anders.leave();
    await ilaria.leave();
  });
  await test.step('each holds a record that stands under the roots that it compared', () =>
    proveToEachOther(folder, alba.office, borland.office));
  await test.step('neither device sent anything to the other side, and what is sent there is counted', async () => {
    for (const { strayed } of [here, there]) expect(await strayed()).toBe(0);
    const [program = '', ...words] = here.device.inside;
    spawnSync(program, [...words, 'bash', '-c', `echo x > /dev/udp/${there.address}/7882`]);
    expect(await here.strayed()).toBe(1);
  });
});
