import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as send } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, Refusal, toHex } from '@parley/protocol/bytes';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { type Identity, openIdentity } from '../../identity/files.ts';
import { nodeLogger } from '../../log.ts';
import { freePort } from '../../sfu/livekit/settings.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { addressGuard } from './address.ts';
import { type PeerClient, peerClient } from './client.ts';
import { peerDoor } from './door.ts';
import { signRequest } from './signature.ts';

let folder: string;
let alba: Identity;
let borland: Identity;
let stranger: Identity;
let door: FastifyInstance;
let store: Store;
let origin: string;
let port: number;
const heard: PeerRequest[] = [];
const clients: PeerClient[] = [];
const keys = () => new Map([alba, borland].map((one) => [toHex(one.root), one.signer.publicKey]));
const keyOf = (root: string) => keys().get(root) ?? null;
const guard = addressGuard(['127.0.0.0/8']);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-peer-'));
  const identity = (name: string) => openIdentity(join(folder, name), Date.now());
  [alba, borland, stranger] = await Promise.all([identity('alba'), identity('borland'), identity('stranger')]);
  store = await openSqlite(join(folder, 'store.sqlite'));
  port = await freePort('127.0.0.1');
  origin = `http://borland.localhost:${port}`;
  door = peerDoor({
    own: borland,
    origin,
    keyOf,
    store,
    clock: systemClock,
    logger: nodeLogger('test', 'silent'),
    tls: null,
    onForged: () => {},
    handle: async (_root, request): Promise<PeerReply> => {
      heard.push(request);
      return { kind: 'status', now: 1, serial: 2 };
    },
  });
  await door.listen({ port, host: '127.0.0.1' });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await door.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const client = (own: Identity, root = borland.root, guarded = guard, known = keyOf) => {
  const made = peerClient({ own, peer: { root, origin }, keyOf: known, guard: guarded, clock: systemClock });
  clients.push(made);
  return made;
};
const body = encode({ kind: 'status' });
const nonce = () => randomBytes(18).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1_000);
const target = () => ({ targetUri: `${origin}/peer`, recipient: toHex(borland.root) });

const post = (headers: Headers, bytes: Uint8Array = body): Promise<{ status: number; code: string }> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/peer', method: 'POST', headers: Object.fromEntries(headers) };
    const sending = send(options, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      const code = response.statusCode === 200 ? 'accepted' : String(JSON.parse(text).code);
      resolve({ status: response.statusCode ?? 0, code });
    });
    sending.once('error', reject);
    sending.end(bytes);
  });
const good = () => signRequest(alba, target(), body, { created: seconds(), nonce: nonce() });

test('[PEER1] a signed request is answered with a signed answer', async () => {
  expect(await client(alba).ask({ kind: 'status' })).toEqual({ kind: 'status', now: 1, serial: 2 });
  expect(heard.at(-1)).toEqual({ kind: 'status' });
});

test('[PEER3] unsigned, or with a part left out of the signature', async () => {
  const headers = await good();
  headers.delete('signature');
  expect(await post(headers)).toEqual({ status: 401, code: 'peer.unsigned' });
  const less = await good();
  less.set('signature-input', (less.get('signature-input') ?? '').replace(' "content-digest"', ''));
  expect((await post(less)).code).toBe('peer.unsigned');
});

test('[PEER3] another body than was signed', async () => {
  expect((await post(await good(), encode({ kind: 'status ' }))).code).toBe('peer.digest');
});

test('[PEER3] another target, another method of signing, a bit of the signature', async () => {
  const other = { targetUri: `${origin}/other`, recipient: toHex(borland.root) };
  const elsewhere = await signRequest(alba, other, body, { created: seconds(), nonce: nonce() });
  expect((await post(elsewhere)).code).toBe('peer.forged');
  const headers = await good();
  headers.set('signature', `parley=:${randomBytes(64).toString('base64')}:`);
  expect((await post(headers)).code).toBe('peer.forged');
  const algorithm = await good();
  algorithm.set('signature-input', (algorithm.get('signature-input') ?? '').replace('ed25519', 'hmac-sha256'));
  expect((await post(algorithm)).code).toBe('peer.unsigned');
});

test('[PEER3] for another recipient', async () => {
  const other = { ...target(), recipient: toHex(alba.root) };
  const headers = await signRequest(alba, other, body, { created: seconds(), nonce: nonce() });
  expect(await post(headers)).toEqual({ status: 421, code: 'peer.recipient' });
});

test('[PEER3] by a root that is not pinned, or by a key that is not the root’s', async () => {
  const unknown = await signRequest(stranger, target(), body, { created: seconds(), nonce: nonce() });
  expect((await post(unknown)).code).toBe('peer.unknown-root');
  const pretending = { root: alba.root, signer: stranger.signer };
  const forged = await signRequest(pretending, target(), body, { created: seconds(), nonce: nonce() });
  expect((await post(forged)).code).toBe('peer.forged');
});

test('[PEER4] too old, or from the future', async () => {
  for (const created of [seconds() - 200, seconds() + 200]) {
    const headers = await signRequest(alba, target(), body, { created, nonce: nonce() });
    expect((await post(headers)).code).toBe('peer.stale');
  }
});

test('[PEER5] a second time', async () => {
  const headers = await good();
  expect((await post(headers)).code).toBe('accepted');
  expect((await post(headers)).code).toBe('peer.replay');
});

test('[PEER6] an answer by another root than was asked stops', async () => {
  const known = (root: string) => (root === toHex(stranger.root) ? stranger.signer.publicKey : keyOf(root));
  const refused = await client(alba, stranger.root, guard, known).ask({ kind: 'status' });
  expect(refused).toMatchObject({ code: 'peer.root-changed' });
});

// The first turns red without the `upgrade` listener of client.ts.
for (const [how, answer] of Object.entries({
  'switches protocols': 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  'ends within the head': 'HTTP/1.1 200 OK\r\nContent-Le',
  'ends within the body': 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc',
}))
  test(`[PEER6] an answer that ${how} is none`, async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const at = typeof address === 'object' && address ? address.port : 0;
    const peer = { root: borland.root, origin: `http://borland.localhost:${at}` };
    const made = peerClient({ own: alba, peer, keyOf, guard, clock: systemClock });
    clients.push(made);
    expect(await made.ask({ kind: 'status' })).toMatchObject({ code: 'peer.unreachable' });
  });

test('[PEER7] loopback only where the configuration allows it', async () => {
  const refused = await client(alba, borland.root, addressGuard([])).ask({ kind: 'status' });
  expect(refused).toMatchObject({ code: 'peer.address' });
  const { allows } = addressGuard(['10.1.0.0/16']);
  const closed = ['127.0.0.1', '10.2.0.1', '::1', '::ffff:127.0.0.1', 'fe80::1', '169.254.169.254', 'nonsense'];
  expect(closed.filter(allows)).toEqual([]);
  expect(['10.1.2.3', '::ffff:10.1.2.3', '9.9.9.9', '2606:4700::1'].filter((one) => !allows(one))).toEqual([]);
});

test('[PEER2] a body that is no request is refused in a signed answer', async () => {
  const bytes = encode({ kind: 'no such thing' });
  const headers = await signRequest(alba, target(), bytes, { created: seconds(), nonce: nonce() });
  expect((await post(headers, bytes)).code).toBe('accepted');
  const request = { kind: 'no such thing' } as unknown as PeerRequest; // what a newer counterpart might ask
  const refused = await client(alba).ask(request);
  expect(refused).toBeInstanceOf(Refusal);
  expect(refused).toMatchObject({ code: 'bytes.malformed' });
});
