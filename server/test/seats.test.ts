import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { encode, sign } from '@parley/protocol/bytes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinsOf } from '../src/counterparts/pinned.ts';
import { readSheets } from '../src/sheets.ts';
import { freshSigner, openDevice, openSocket, readLink, redeem, speak } from './device.ts';
import { type Pair, startPair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
}, 60_000);
afterAll(() => pair.stop());
const link = (seat = 'alba-principal') => pair.link(pair.alba, seat);

/** How an upgrade was refused: status and code. */
const refusedUpgrade = (origin: string, path: string, headers: { readonly [name: string]: string }) =>
  new Promise<{ status: number; code: string }>((resolve, reject) => {
    const socket = openSocket(origin, path, headers);
    socket.once('open', () => reject(new Error('it was let in')));
    socket.once('unexpected-response', async (_request, response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, code: JSON.parse(text).code });
    });
  });

describe('one-time links', () => {
  test('[NODE3] [NODE4] [NODE5] a link is redeemed once, by one device, for a cookie of that seat', async () => {
    const one = await link();
    expect(one).toMatch(/^http:\/\/alba\.localhost:\d+\/seat\/alba-principal#link=[\w-]{43}$/);
    const first = await redeem(one, freshSigner());
    expect(first.status).toBe(204);
    expect(first.cookie).toMatch(/^parley=[\w-]{43}$/);
    expect(await redeem(one, freshSigner())).toMatchObject({ status: 409, code: 'link.used' });
  });
  test('[NODE4] two at once: one has it', async () => {
    const one = await link();
    const both = await Promise.all([redeem(one, freshSigner()), redeem(one, freshSigner())]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  });
  test('[NODE4] an unknown secret, another seat’s link, a signature by another key', async () => {
    const one = await link();
    const unknown = one.replace(/link=.*/, `link=${randomBytes(32).toString('base64url')}`);
    expect(await redeem(unknown, freshSigner())).toMatchObject({ status: 404, code: 'link.unknown' });
    const { origin, secret } = readLink(one);
    const signer = freshSigner();
    const sig = await sign(signer, 'link', encode({ origin, seat: 'alba-adviser', secret }));
    expect(await redeem(one, signer, { seat: 'alba-adviser', sig })).toMatchObject({ code: 'link.unknown' });
    const sigOfOther = await sign(freshSigner(), 'link', encode({ origin, seat: 'alba-principal', secret }));
    expect(await redeem(one, signer, { sig: sigOfOther })).toMatchObject({ status: 401, code: 'link.forged' });
    expect((await redeem(one, signer)).status).toBe(204);
  });
  test('[NODE6] only from the node’s own origin', async () => {
    const refused = await redeem(await link(), freshSigner(), { origin: 'http://evil.localhost' });
    expect(refused).toMatchObject({ status: 403, code: 'door.origin' });
  });
  test('[NODE1] seats of others and of nobody have no door here', async () => {
    const one = await link();
    for (const seat of ['borland-principal', 'nobody'])
      expect(await redeem(one, freshSigner(), { seat })).toMatchObject({ status: 404, code: 'door.unknown-seat' });
  });
});

describe('what no door knows', () => {
  test('[NODE1] [NODE7] other paths, and requests that are none', async () => {
    const { origin, port } = readLink(await link());
    const at = `http://127.0.0.1:${port}`;
    expect(await (await fetch(`${at}/node.json`)).json()).toMatchObject({ code: 'door.unknown-path' });
    const { cookie } = await redeem(await link(), freshSigner());
    const elsewhere = await refusedUpgrade(origin, '/seat/alba-principal/elsewhere', { cookie });
    expect(elsewhere).toEqual({ status: 404, code: 'door.unknown-path' });
    const post = async (type: string, body: Uint8Array<ArrayBuffer>) => {
      const headers = { origin, 'content-type': type };
      const answer = await fetch(`${at}/seat/alba-principal/redeem`, { method: 'POST', headers, body });
      return { status: answer.status, code: JSON.parse(await answer.text()).code };
    };
    expect(await post('text/plain', new Uint8Array(8))).toEqual({ status: 400, code: 'door.malformed' });
    expect(await post('application/cbor', new Uint8Array(5_000))).toEqual({ status: 413, code: 'bytes.too-long' });
  });
});

describe('pages', () => {
  test('[NODE12] [NODE14] come with headers that let in nothing from elsewhere', async () => {
    const { origin, port } = readLink(await link());
    const page = await fetch(`http://127.0.0.1:${port}/seat/alba-principal`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`connect-src ${origin} ${origin.replace('http', 'ws')};`);
    expect(policy).not.toContain('unsafe');
    for (const name of [
      'x-content-type-options',
      'referrer-policy',
      'cross-origin-opener-policy',
      'permissions-policy',
    ])
      expect(page.headers.get(name)).toBeTruthy();
    expect((await fetch(`http://127.0.0.1:${port}/assets/a.js`)).status).toBe(200);
    for (const path of ['/assets/../index.html', '/assets/%2e%2e/index.html', '/node.json', '/seat/nobody'])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
    expect(await (await fetch(`http://127.0.0.1:${port}/ready`)).json()).toEqual({ ready: true });
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });
});

test('[NODE2] a node does not open two meetings in which a seat of one name is its own', async () => {
  const { config, identity } = pair.prepared[0];
  const twice = { ...config, sheets: [...config.sheets, ...config.sheets] };
  const refused = await readSheets(twice, identity, pinsOf(identity, config.counterparts));
  expect(refused).toMatchObject({ code: 'node.seat-twice' });
});

describe('device sockets', () => {
  test('[NODE6] need the seat’s cookie and the node’s own origin', async () => {
    const one = await link();
    const { origin } = readLink(one);
    const { cookie } = await redeem(one, freshSigner());
    const path = '/seat/alba-principal/socket';
    const wrong = { cookie: `parley=${randomBytes(32).toString('base64url')}` };
    for (const headers of [{}, wrong]) {
      const [code, reason] = await once(openSocket(origin, path, headers), 'close');
      expect({ code, reason: String(reason) }).toEqual({ code: 4000, reason: 'door.unknown-device' });
      const line = `/seat/alba-principal/sfu/${'00'.repeat(32)}/rtc`;
      expect(await refusedUpgrade(origin, line, headers)).toEqual({ status: 401, code: 'door.unknown-device' });
    }
    const elsewhere = { cookie, origin: 'http://borland.localhost' };
    expect(await refusedUpgrade(origin, path, elsewhere)).toEqual({ status: 403, code: 'door.origin' });
    const [, otherSeat] = await once(openSocket(origin, '/seat/alba-adviser/socket', { cookie }), 'close');
    expect(String(otherSeat)).toBe('door.unknown-device');
  });
  test('[NODE8] the key that redeemed must prove itself, bound to this nonce', async () => {
    const one = await link();
    const { origin } = readLink(one);
    const { cookie } = await redeem(one, freshSigner());
    const path = '/seat/alba-principal/socket';
    const other = speak(openSocket(origin, path, { cookie }), origin, 'alba-principal', freshSigner());
    expect(await other.closed).toEqual({ code: 4000, reason: 'door.other-device' });
    const signer = freshSigner();
    const known = await redeem(await link(), signer);
    const elsewhere = speak(
      openSocket(origin, path, { cookie: known.cookie }),
      'http://evil.localhost',
      'alba-principal',
      signer,
    );
    expect(await elsewhere.closed).toEqual({ code: 4000, reason: 'door.forged' });
  });
  test('[NODE8] [NODE9] hostile bytes, and too many, close the socket with a code', async () => {
    const device = await openDevice(await link());
    device.raw.send(randomBytes(100));
    expect(await device.closed).toEqual({ code: 4000, reason: 'bytes.malformed' });
    const talker = await openDevice(await link());
    talker.raw.send('text');
    expect(await talker.closed).toEqual({ code: 4000, reason: 'bytes.malformed' });
    const rusher = await openDevice(await link());
    for (let n = 0; n < 300; n += 1) rusher.say({ kind: 'want', hash: new Uint8Array(32) });
    expect(await rusher.closed).toEqual({ code: 4000, reason: 'door.too-many' });
  });
  // A rejection or error that nobody hears fails this whole run: it would have ended the node.
  test('[NODE6] [NODE7] what is no frame, from whom nobody knows, ends that socket and nothing else', async () => {
    const one = await link();
    const { origin } = readLink(one);
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), '127.0.0.1');
    const [key, upgrade] = [randomBytes(16).toString('base64'), 'Connection: Upgrade\r\nUpgrade: websocket'];
    const head = `Host: ${hostname}:${port}\r\nOrigin: ${origin}\r\n${upgrade}\r\nSec-WebSocket-Version: 13`;
    socket.write(`GET /seat/alba-principal/socket HTTP/1.1\r\n${head}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
    socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await once(socket, 'close');
    await openDevice(one);
  });
  test('[NODE7] a newer socket of the same device closes the older one', async () => {
    const one = await link();
    const older = await openDevice(one);
    await openDevice(one, older);
    expect(await older.closed).toEqual({ code: 4001, reason: 'door.replaced' });
  });
});
