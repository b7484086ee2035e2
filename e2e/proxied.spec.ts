import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, expect, test } from '@playwright/test';
import { hasTurnServer, startTurnServer } from '../server/test/turn-server.ts';
import { launchFlags } from './browser/index.ts';
import { agreeOn, introduceEachOther, seatFor } from './offices/day.ts';
import { openCountry, type Premises, whyNoHosts } from './offices/hosts.ts';
import { type Authority, openAuthority, openOffice } from './offices/office.ts';
import { startProxy } from './offices/proxy.ts';
import { openSeat } from './rehearsal/index.ts';

const NAMES = ['Alba', 'Borland'] as const;
const SECRET = 'between relay and node';
const TURN = 3_478;
const TLS = 443;
const PROXY = 3_128;

let folder: string;
const ends: (() => Promise<unknown>)[] = [];
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-proxied-'));
});
test.afterAll(async () => {
  for (const end of ends.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

const hostOf = (name: string): string => `${name.toLowerCase()}.example`;

/** Hash of a certificate's public key, by which Chromium is told to believe it for media too. */
const keyHash = (file: string): string => {
  const der = new X509Certificate(readFileSync(file)).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64');
};

/** A node at 443 of one address, and a relay at UDP and at 443 of another, on one server. */
const settle = async (name: string, { server, address, relay }: Premises, authority: Authority) => {
  const home = join(folder, `${name}-relay`);
  mkdirSync(home);
  await authority.certify(`relay.${hostOf(name)}`, home);
  const [certificate, key] = [join(home, 'chain.pem'), join(home, 'key.pem')];
  const tls = { port: TLS, certificate, key };
  const turn = await startTurnServer({ address: relay, port: TURN, secret: SECRET, folder: home, tls }, server.inside);
  ends.push(turn.stop);
  const secret = join(home, 'secret');
  writeFileSync(secret, SECRET);
  const urls = [turn.url, `turns:relay.${hostOf(name)}:${TLS}?transport=tcp`];
  const office = await openOffice(folder, name, authority, {
    host: hostOf(name),
    seats: TLS,
    peer: 8_443,
    sfu: address,
    inside: server.inside,
    configured: (text) =>
      text
        .replaceAll('"::"', JSON.stringify(address))
        .replace('"relay": null', `"relay": ${JSON.stringify({ urls, secret })}`),
  });
  ends.push(office.stop);
  await office.start();
  return { office, trusted: [certificate, join(folder, name.toLowerCase(), 'tls', 'chain.pem')].map(keyHash) };
};

test('[RELAY2] a device with nothing but an HTTP proxy that opens port 443 of its own delegation joins and talks', async () => {
  test.setTimeout(180_000);
  const reason = await whyNoHosts();
  test.skip(reason !== null, reason ?? '');
  test.skip(!hasTurnServer(), 'coturn (turnserver) is not on this machine');
  const authority = await openAuthority(folder);
  test.skip(!authority, 'openssl, which makes the certificates, is not on this machine');
  if (!authority) return;
  const country = await openCountry(NAMES.map(hostOf));
  ends.push(country.close);
  const [here, there] = country.premises;
  if (!here || !there) throw new Error('two premises were asked for');
  const alba = await settle('Alba', here, authority);
  const borland = await settle('Borland', there, authority);
  await introduceEachOther(folder, alba.office, borland.office);
  await agreeOn(folder, alba.office, borland.office, 'Talks');

  const behind = await here.behindProxy();
  const own = [`${hostOf('Alba')}:${TLS}`, `relay.${hostOf('Alba')}:${TLS}`];
  const proxy = await startProxy(behind.proxy, behind.address, PROXY, own);
  ends.push(proxy.stop);
  const program = process.env.PARLEY_CHROMIUM ?? '';
  const browse = async (device: Premises['device'], trusted: readonly string[], through?: string): Promise<Browser> => {
    const browser = await chromium.launch({
      executablePath: device.wrap(program, folder),
      args: [...launchFlags, `--ignore-certificate-errors-spki-list=${trusted.join(',')}`],
      ...(through && { proxy: { server: through } }),
    });
    ends.push(() => browser.close());
    return browser;
  };
  const sit = async (browser: Browser, { office }: typeof alba, person: string) => {
    const place = await seatFor(office, person);
    const seat = await openSeat(browser, place, place.id);
    await seat.takeSeat();
    return seat;
  };
  const ilaria = await sit(await browse(behind.device, alba.trusted, proxy.url), alba, 'Ilaria Conti');
  const anders = await sit(await browse(there.device, borland.trusted), borland, 'Anders Holm');

  await test.step('they see and hear each other', async () => {
    await ilaria.sees('Anders Holm');
    await anders.sees('Ilaria Conti');
    for (const { pitches } of [ilaria, anders])
      await expect.poll(async () => (await pitches()).filter((pitch) => pitch > 0).length, { timeout: 20_000 }).toBe(1);
  });
  await test.step('by tunnels to the own node and the own relay alone', async () => {
    const opened = new Set(proxy.said().filter((line) => line.startsWith('opened ')));
    expect(opened).toEqual(new Set(own.map((place) => `opened ${place}`)));
    // What else was asked for and refused is the browser's own: its maker's servers.
    expect(proxy.said().filter((line) => line.includes('.example') && line.startsWith('refused '))).toEqual([]);
  });
});
