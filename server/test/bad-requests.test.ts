import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DelegationNode } from '../src/node.ts';
import { freePort } from '../src/sfu/livekit/settings.ts';
import { preparePair, startOne } from './pair.ts';

// Every door that HTTP reaches, given bytes that nobody who means well sends.
let pair: Awaited<ReturnType<typeof preparePair>>;
let node: DelegationNode;
let ports: { readonly [door: string]: number };
beforeAll(async () => {
  pair = await preparePair();
  const [{ config }] = pair.prepared;
  const metrics = { address: '127.0.0.1', port: await freePort('127.0.0.1') };
  node = await startOne({ ...config, metrics });
  ports = { seats: config.seats.port, peer: config.peer.port, metrics: metrics.port };
}, 60_000);
afterAll(() => node.stop());

/** Says bytes, and gives what came until the door closed, or said a whole answer; `hang` ends our half at once. */
const say = (port: number, bytes: Buffer, hang: boolean): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    const done = () => {
      socket.destroy();
      resolve(heard);
    };
    socket.on('data', (part: Buffer) => {
      heard += part.toString('latin1');
      const [head = '', body] = heard.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? -1);
      if (body !== undefined && length >= 0 && body.length >= length) done();
    });
    socket.on('error', done).on('close', done);
    socket.write(bytes);
    if (hang) socket.end();
  });

const request = (line: string, headers: readonly string[] = [], body: Buffer | string = ''): Buffer =>
  Buffer.concat([Buffer.from([line, 'Host: x', ...headers, '', ''].join('\r\n')), Buffer.from(body)]);
const posted = (path: string, body: Buffer | string, type = 'application/cbor'): Buffer =>
  request(`POST ${path} HTTP/1.1`, [`Content-Type: ${type}`, `Content-Length: ${body.length}`], body);

type Bad = { readonly bytes: Buffer; readonly hang?: boolean };
const bad = (path: string): { readonly [what: string]: Bad } => ({
  noise: { bytes: randomBytes(2_000) },
  'a TLS greeting': { bytes: Buffer.from('16030100c8010000c40303', 'hex'), hang: true },
  'HTTP that is none': { bytes: Buffer.from('HELLO\r\n\r\n') },
  'HTTP/2': { bytes: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') },
  'a head without end': { bytes: request(`GET ${path} HTTP/1.1`, [`X: ${'a'.repeat(100_000)}`]) },
  'a head that stops': { bytes: Buffer.from(`POST ${path} HTTP/1.1\r\nHost`), hang: true },
  'a body that stops': {
    bytes: request(`POST ${path} HTTP/1.1`, ['Content-Type: application/cbor', 'Content-Length: 900'], 'abc'),
    hang: true,
  },
  'a body too long': { bytes: posted(path, Buffer.alloc(2_200_000, 0x81)) },
  'a body of another kind': { bytes: posted(path, '{"a":1}', 'application/json') },
  'a body without a kind': { bytes: request(`POST ${path} HTTP/1.1`, ['Content-Length: 3'], 'abc') },
  'nested CBOR': { bytes: posted(path, Buffer.alloc(3_000, 0x81)) },
  'two lengths': { bytes: request(`POST ${path} HTTP/1.1`, ['Content-Length: 3', 'Content-Length: 4'], 'abcd') },
  'a length and parts': {
    bytes: request(`POST ${path} HTTP/1.1`, ['Content-Length: 3', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
  },
  'parts without end': {
    bytes: request(
      `POST ${path} HTTP/1.1`,
      ['Content-Type: application/cbor', 'Transfer-Encoding: chunked'],
      `fffff\r\n${'a'.repeat(0xfffff)}\r\n`.repeat(3),
    ),
  },
  'another method': { bytes: request(`BREW ${path} HTTP/1.1`) },
  DELETE: { bytes: request(`DELETE ${path} HTTP/1.1`) },
  'a whole address in place of a path': { bytes: request('GET http://127.0.0.1:1/metrics HTTP/1.1') },
  'a path that turns the writing': { bytes: request('GET /seat/%E2%80%AE%00 HTTP/1.1') },
  'a path that is no UTF-8': { bytes: request('GET /seat/%ff%fe HTTP/1.1') },
  'a path out of its folder': { bytes: request('GET /assets/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1') },
  'a very long path': { bytes: request(`GET /${'a'.repeat(9_000)} HTTP/1.1`) },
  'a WebSocket to nowhere': {
    bytes: request('GET /nowhere HTTP/1.1', [
      ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]),
    hang: true,
  },
});

for (const [door, path, alive] of [
  ['seats', '/seat/alba-principal/redeem', '/health'],
  ['peer', '/peer', '/health'],
  ['metrics', '/metrics', '/metrics'],
] as const)
  test(`[NODE7] whatever the door for ${door} is sent: a refusal with a code or a closed line, and it works on`, async () => {
    const port = ports[door] ?? 0;
    for (const [what, { bytes, hang = false }] of Object.entries(bad(path))) {
      const heard = await say(port, bytes, hang);
      if (heard !== '') {
        expect(heard, what).toMatch(/^HTTP\/1\.1 4\d\d /);
        expect(heard, what).toMatch(/\{"code":"[a-z]+\.[a-z-]+"/);
        expect(heard, what).not.toMatch(/node_modules|at .*\.ts|root:/);
      } else expect(hang || what === 'a body too long' || what === 'parts without end', what).toBe(true);
      expect((await fetch(`http://127.0.0.1:${port}${alive}`)).status, what).toBe(200);
    }
  }, 60_000);
