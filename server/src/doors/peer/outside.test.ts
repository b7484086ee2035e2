import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, toHex } from '@parley/protocol/bytes';
import type { FastifyInstance } from 'fastify';
import { createVerifier, httpbis } from 'http-message-signatures';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { type Identity, openIdentity } from '../../identity/files.ts';
import { nodeLogger } from '../../log.ts';
import { freePort } from '../../sfu/livekit/settings.ts';
import { openSqlite } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { addressGuard } from './address.ts';
import { type PeerClient, peerClient } from './client.ts';
import { peerDoor } from './door.ts';

// Our own signatures come from another library (signature.ts): what two of them read alike is RFC 9421.
const PARAMETERS = ['created', 'nonce', 'keyid', 'alg', 'tag'];
const REQUEST = ['@method', '@target-uri', 'content-digest', 'parley-recipient'];
const ANSWER = ['@status', 'content-digest', 'parley-recipient', '"signature";req;key="parley"'];

type Headers = { readonly [name: string]: string };
type Asked = { readonly method: string; readonly url: string; readonly headers: Headers; readonly body: Buffer };
type Answered = { readonly status: number; readonly headers: Headers; readonly body: Buffer };

let folder: string;
let alba: Identity;
let borland: Identity;
let door: FastifyInstance;
let between: Server;
let outside: Server;
let store: Store;
const clients: PeerClient[] = [];
/** What passed `between`, as it stood on the wire. */
const passed: { readonly asked: Asked; readonly answered: Answered }[] = [];
/** Changes what `outside` answers, once it is signed. */
let bent = (answer: Answered): Answered => answer;

const keyOf = (root: string) => [alba, borland].find((one) => toHex(one.root) === root)?.signer.publicKey ?? null;

const lines = (headers: IncomingHttpHeaders): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
const heard = async (message: IncomingMessage): Promise<Buffer> => Buffer.concat(await message.toArray());
const digestOf = (body: Uint8Array) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  if (typeof at !== 'object' || !at) throw new Error('no port');
  return `http://borland.localhost:${at.port}`;
};

/** Signs with the other library, as PEER2 says. */
const signing = (own: Identity, fields: readonly string[]) => ({
  key: {
    id: toHex(own.root),
    alg: 'ed25519',
    sign: async (base: Buffer) => Buffer.from(await own.signer.sign(new Uint8Array(base))),
  },
  name: 'parley',
  params: PARAMETERS,
  fields: [...fields],
  paramValues: { nonce: randomBytes(18).toString('base64url'), tag: 'parley/1' },
});

/** Verifies with the other library: the body's digest, what PEER2 wants covered, and the signature. */
const stands = async (by: Identity, given: Asked | Answered, asked?: Asked): Promise<boolean> => {
  if (given.headers['content-digest'] !== digestOf(given.body)) return false;
  const x = Buffer.from(by.signer.publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const settings = {
    keyLookup: async ({ keyid }: { readonly keyid?: string }) =>
      keyid === toHex(by.root) ? { algs: ['ed25519'], verify: createVerifier(key, 'ed25519') } : null,
    requiredParams: PARAMETERS,
    requiredFields: asked ? ['@status', 'content-digest', 'parley-recipient', 'signature'] : REQUEST,
    maxAge: 60,
    all: true,
  };
  const found =
    'status' in given ? httpbis.verifyMessage(settings, given, asked) : httpbis.verifyMessage(settings, given);
  return (await found.catch(() => false)) === true;
};

const client = (origin: string) => {
  const peer = { root: borland.root, origin };
  const made = peerClient({ own: alba, peer, keyOf, guard: addressGuard(['127.0.0.0/8']), clock: systemClock });
  clients.push(made);
  return made;
};

let betweenAt: string;
let outsideAt: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-outside-'));
  const identity = (name: string) => openIdentity(join(folder, name), Date.now());
  [alba, borland] = await Promise.all([identity('alba'), identity('borland')]);
  store = await openSqlite(join(folder, 'store.sqlite'));
  const port = await freePort('127.0.0.1');
  between = createServer(async (request, response) => {
    const asked = {
      method: 'POST',
      url: `${betweenAt}${request.url}`,
      headers: lines(request.headers),
      body: await heard(request),
    };
    const given = await fetch(`http://127.0.0.1:${port}${request.url}`, asked);
    const body = Buffer.from(await given.arrayBuffer());
    const headers = Object.fromEntries(given.headers);
    passed.push({ asked, answered: { status: given.status, headers, body } });
    response.writeHead(given.status, headers).end(body);
  });
  betweenAt = await listen(between);
  door = peerDoor({
    own: borland,
    origin: betweenAt,
    keyOf,
    store,
    clock: systemClock,
    logger: nodeLogger('test', 'silent'),
    tls: null,
    onForged: () => {},
    handle: async () => ({ kind: 'status', now: 1, serial: 2 }),
  });
  await door.listen({ port, host: '127.0.0.1' });
  outside = createServer(async (request, response) => {
    const headers = lines(request.headers);
    const asked = { method: 'POST', url: `${outsideAt}${request.url}`, headers, body: await heard(request) };
    const body = Buffer.from(encode({ kind: 'status', now: 3, serial: 4 }));
    const unsigned = { 'content-digest': digestOf(body), 'parley-recipient': toHex(alba.root) };
    const signed = await httpbis.signMessage(signing(borland, ANSWER), { status: 200, headers: unsigned }, asked);
    const answer = bent({ status: 200, headers: lines(signed.headers), body });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  outsideAt = await listen(outside);
});
afterAll(async () => {
  for (const one of clients) one.close();
  await Promise.all([door.close(), between.close(), outside.close(), store.close()]);
  rmSync(folder, { recursive: true });
});

test('[PEER2] what our nodes sign stands by another implementation of RFC 9421; what was changed does not', async () => {
  expect(await client(betweenAt).ask({ kind: 'status' })).toEqual({ kind: 'status', now: 1, serial: 2 });
  const { asked, answered } = passed[0] ?? expect.unreachable();
  expect([await stands(alba, asked), await stands(borland, answered, asked)]).toEqual([true, true]);

  const other = Buffer.from(encode({ kind: 'other' }));
  const head = (of: { readonly headers: Headers }, name: string, value: string) => ({ ...of.headers, [name]: value });
  const another = { ...asked, headers: head(asked, 'signature', `parley=:${randomBytes(64).toString('base64')}:`) };
  const changed: readonly Promise<boolean>[] = [
    stands(alba, { ...asked, body: other }),
    stands(alba, { ...asked, body: other, headers: head(asked, 'content-digest', digestOf(other)) }),
    stands(alba, { ...asked, url: `${betweenAt}/peer/` }),
    stands(alba, { ...asked, headers: head(asked, 'parley-recipient', toHex(alba.root)) }),
    stands(alba, another),
    stands(borland, asked),
    stands(borland, { ...answered, body: other }, asked),
    stands(borland, { ...answered, status: 403 }, asked),
    // The right answer, to another request.
    stands(borland, answered, another),
  ];
  expect(await Promise.all(changed)).toEqual(changed.map(() => false));
});

test('[PEER2] our door takes what another implementation signs, and refuses it changed', async () => {
  const post = async (bend: (asked: Asked) => Asked = (asked) => asked) => {
    const body = Buffer.from(encode({ kind: 'status' }));
    const headers = {
      'content-type': 'application/cbor',
      'content-digest': digestOf(body),
      'parley-recipient': toHex(borland.root),
    };
    const message = { method: 'POST', url: `${betweenAt}/peer`, headers };
    const signed = await httpbis.signMessage(signing(alba, REQUEST), message);
    const asked = bend({ ...message, headers: lines(signed.headers), body });
    const answer = await fetch(`http://127.0.0.1:${new URL(betweenAt).port}/peer`, asked);
    const text = await answer.text();
    return answer.status === 200 ? 'accepted' : String(JSON.parse(text).code);
  };
  expect(await post()).toBe('accepted');
  const other = Buffer.from(encode({ kind: 'other' }));
  expect(await post((asked) => ({ ...asked, body: other }))).toBe('peer.digest');
  const digest = { 'content-digest': digestOf(other) };
  expect(await post((asked) => ({ ...asked, body: other, headers: { ...asked.headers, ...digest } }))).toBe(
    'peer.forged',
  );
});

test('[PEER2] our client takes an answer that another implementation signs, and refuses it changed', async () => {
  const ask = () => client(outsideAt).ask({ kind: 'status' });
  expect(await ask()).toEqual({ kind: 'status', now: 3, serial: 4 });
  const body = Buffer.from(encode({ kind: 'status', now: 5, serial: 4 }));
  bent = (answer) => ({ ...answer, body });
  expect(await ask()).toMatchObject({ code: 'peer.digest' });
  bent = (answer) => ({ ...answer, body, headers: { ...answer.headers, 'content-digest': digestOf(body) } });
  expect(await ask()).toMatchObject({ code: 'peer.forged' });
  let first: Answered | null = null;
  bent = (answer) => {
    first ??= answer;
    return first;
  };
  expect(await ask()).toEqual({ kind: 'status', now: 3, serial: 4 });
  // The same answer once more: it is bound to the request that it answered.
  expect(await ask()).toMatchObject({ code: 'peer.forged' });
});
