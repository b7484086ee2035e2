import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test } from '@playwright/test';
import { hasTurnServer, startTurnServer } from '../server/test/turn-server.ts';
import { launchFlags } from './browser/index.ts';
import { hasCaddy, startCaddy } from './offices/caddy.ts';
import { agreeOn, introduceEachOther, proveToEachOther, seatFor } from './offices/day.ts';
import { openCountry, type Premises, whyNoHosts } from './offices/hosts.ts';
import { openAuthority, openOffice } from './offices/office.ts';
import { openSeat } from './rehearsal/index.ts';

/** The name that docs/examples/Caddyfile gives to both doors. */
const BEHIND = 'parley.alba.example';
const OTHER = 'parley.borland.example';
const SECRET = 'between relay and node';

let folder: string;
const ends: (() => Promise<unknown>)[] = [];
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-caddy-'));
});
test.afterAll(async () => {
  for (const end of ends.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a relay at one premises; what a configuration says of it. */
const relayAt = async (name: string, { server, relay }: Premises): Promise<string> => {
  const home = join(folder, `${name}-relay`);
  mkdirSync(home);
  const secret = join(home, 'secret');
  writeFileSync(secret, SECRET);
  const turn = await startTurnServer({ address: relay, port: 3_478, secret: SECRET, folder: home }, server.inside);
  ends.push(turn.stop);
  return `"relay": ${JSON.stringify({ urls: [turn.url], secret })}`;
};

test('[NODE1] behind Caddy with the example file, a node is introduced, agrees on a meeting, and its people talk', async () => {
  test.setTimeout(180_000);
  const reason = await whyNoHosts();
  test.skip(reason !== null, reason ?? '');
  test.skip(!hasCaddy(), 'Caddy (caddy) is not on this machine');
  test.skip(!hasTurnServer(), 'coturn (turnserver) is not on this machine');
  const authority = await openAuthority(folder);
  test.skip(!authority, 'openssl, which makes the certificates, is not on this machine');
  if (!authority) return;
  const country = await openCountry([BEHIND, OTHER]);
  ends.push(country.close);
  const [here, there] = country.premises;
  if (!here || !there) throw new Error('two premises were asked for');
  const [albaRelay, borlandRelay] = [await relayAt('Alba', here), await relayAt('Borland', there)];
  const doors = { seats: 443, peer: 8_443 };
  const alba = await openOffice(folder, 'Alba', authority, {
    ...doors,
    host: BEHIND,
    sfu: here.address,
    inside: here.server.inside,
    configured: (text) =>
      text
        .replace(/"tls": \{[^}]*\}/, '"tls": null')
        .replace('"address": "::", "port": 443', '"address": "127.0.0.1", "port": 8001')
        .replace('"address": "::", "port": 8443', '"address": "127.0.0.1", "port": 8002')
        .replace('"relay": null', albaRelay),
  });
  const borland = await openOffice(folder, 'Borland', authority, {
    ...doors,
    host: OTHER,
    sfu: there.address,
    inside: there.server.inside,
    configured: (text) => text.replace('"relay": null', borlandRelay),
  });
  ends.push((await startCaddy(here.server, join(folder, 'alba'))).stop);
  for (const office of [alba, borland]) {
    ends.push(office.stop);
    await office.start();
  }

  await introduceEachOther(folder, alba, borland);
  await agreeOn(folder, alba, borland, 'Talks');
  await test.step('doctor finds both doors where the world looks for them', async () => {
    const said: readonly { readonly of: string; readonly how: string }[] = JSON.parse(
      await alba.parley('doctor', '--json'),
    );
    const doorsSaid = said.filter(({ of }) => of === 'seats' || of === 'peer').map(({ how }) => how);
    expect(doorsSaid).toEqual(['good', 'good']);
  });
  await test.step('TLS 1.2 is refused at both', () => {
    const says = (port: number, version: string) => {
      const words = ['s_client', version, '-servername', BEHIND, '-connect', `${BEHIND}:${port}`];
      const [command = '', ...inside] = here.server.inside;
      return spawnSync(command, [...inside, 'openssl', ...words], { input: '' }).status;
    };
    for (const port of [doors.seats, doors.peer])
      expect([says(port, '-tls1_3'), says(port, '-tls1_2')]).toEqual([0, 1]);
  });
  await test.step('their principals see each other', async () => {
    const sit = async (office: typeof alba, device: typeof here.device, person: string) => {
      const executablePath = device.wrap(process.env.PARLEY_CHROMIUM ?? '', folder);
      const browser = await chromium.launch({ executablePath, args: [...launchFlags] });
      ends.push(() => browser.close());
      const place = await seatFor(office, person);
      const seat = await openSeat(browser, place, place.id, { context: { ignoreHTTPSErrors: true } });
      await seat.takeSeat();
      return seat;
    };
    const ilaria = await sit(alba, here.device, 'Ilaria Conti');
    const anders = await sit(borland, there.device, 'Anders Holm');
    await ilaria.sees('Anders Holm');
    await anders.sees('Ilaria Conti');
    await anders.leave();
    await ilaria.leave();
  });
  await test.step('each holds a record that stands', () => proveToEachOther(folder, alba, borland));
});
