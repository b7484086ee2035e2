import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeConfig } from '../src/config/config.ts';
import { judgeRelay } from '../src/doctor/own.ts';
import { probeRelay } from '../src/relay/probe.ts';
import { readRelay, relayAccess, relayPlace } from '../src/relay/relay.ts';
import { freePort } from '../src/sfu/livekit/settings.ts';
import { hasTurnServer, startTurnServer, type TurnServer } from './turn-server.ts';

const NOW = Date.UTC(2031, 0, 1);
const folder = mkdtempSync(join(tmpdir(), 'parley-relay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const kept = (text: string): string => {
  const path = join(folder, 'relay.secret');
  writeFileSync(path, text);
  return path;
};

test('[RELAY1] the secret is one line of a file; anything else is refused', () => {
  const read = (text: string) => readRelay({ urls: [], secret: kept(text) });
  expect(read('a long secret\n')).toEqual({ urls: [], secret: 'a long secret' });
  for (const text of ['', '\n', 'one\ntwo\n', 'x'.repeat(1_025)])
    expect(read(text)).toMatchObject({ code: 'relay.secret' });
  expect(readRelay({ urls: [], secret: join(folder, 'nowhere') })).toMatchObject({ code: 'relay.secret' });
});

test('[RELAY2] an access ends after a quarter of an hour, and names nobody', () => {
  const relay = { urls: ['turn:relay.example'], secret: 'north' };
  const access = relayAccess(relay, NOW);
  expect(access).toMatchObject({ urls: relay.urls, until: NOW + 900_000 });
  expect(access.username).toMatch(new RegExp(`^${NOW / 1_000 + 900}:[0-9a-f]{16}$`));
  expect(relayAccess(relay, NOW).username).not.toBe(access.username);
  expect(JSON.stringify(access)).not.toContain('north');
});

test('[RELAY1] where a relay is, as its address says', () => {
  expect(relayPlace('turn:relay.example')).toEqual({ host: 'relay.example', port: 3_478, over: 'udp' });
  expect(relayPlace('turn:192.0.2.1:80?transport=tcp')).toEqual({ host: '192.0.2.1', port: 80, over: 'tcp' });
  expect(relayPlace('turns:[2001:db8::1]:443')).toEqual({ host: '2001:db8::1', port: 443, over: 'tls' });
  for (const url of [
    'stun:a.example',
    'turn:',
    'turn:a b',
    'turn:a:0',
    'turn:a:70000',
    'turns:a?transport=udp',
    'turn:u@a',
  ])
    expect(relayPlace(url), url).toBeNull();
});

test('[RELAY3] a relay that says everything twice, or claims what it cannot know, ends nothing and convinces nobody', async () => {
  const liar = createSocket('udp4');
  liar.bind(0, '127.0.0.1');
  await once(liar, 'listening');
  const access = relayAccess({ urls: [], secret: 'north' }, Date.now());
  let type = 0x0103;
  liar.on('message', (asked, { port, address }) => {
    const answer = Buffer.from(asked.subarray(0, 20));
    answer.writeUInt16BE(type, 0);
    answer.writeUInt16BE(0, 2);
    for (let n = 0; n < 3; n += 1) liar.send(answer, port, address);
  });
  const url = `turn:127.0.0.1:${liar.address().port}`;
  expect(await probeRelay(url, access, 300)).toEqual({ kind: 'silent', why: 'no answer' });
  type = 0x0113;
  expect(await probeRelay(url, access, 300)).toMatchObject({ kind: 'silent' });
  liar.close();
  // An address in place of a name is asked for by TLS without one.
  expect(await probeRelay('turns:127.0.0.1:1', access, 2_000)).toMatchObject({ kind: 'silent' });
});

describe.skipIf(!hasTurnServer())('with coturn (turnserver), where it is on this machine', () => {
  let server: TurnServer;
  const port = freePort('127.0.0.1');
  beforeAll(async () => {
    server = await startTurnServer({ address: '127.0.0.1', port: await port, secret: 'north', folder });
  });
  afterAll(() => server.stop());

  test('[RELAY2] it believes what this node gives, by UDP and by TCP, and nothing else', async () => {
    const relay = { urls: [server.url], secret: 'north' };
    const access = relayAccess(relay, Date.now());
    for (const url of [server.url, `${server.url}?transport=tcp`])
      expect(await probeRelay(url, access, 5_000), url).toEqual({ kind: 'allocated' });
    const refused = { kind: 'refused', code: 401 };
    expect(await probeRelay(server.url, relayAccess({ ...relay, secret: 'south' }, Date.now()), 5_000)).toEqual(
      refused,
    );
    expect(await probeRelay(server.url, relayAccess(relay, Date.now() - 901_000), 5_000)).toEqual(refused);
    expect(await probeRelay(server.url, { ...access, username: `9${access.username}` }, 5_000)).toEqual(refused);
  });

  test('[RELAY3] [COMMAND6] doctor tells a relay that works from one with another secret, and from none', async () => {
    const judge = async (relay: NodeConfig['relay']) => {
      // Of a configuration it looks at the relay only.
      const found = await judgeRelay({ relay } as NodeConfig, Date.now());
      return found.map(({ of, how, says }) => `${of} ${how}: ${says}`);
    };
    const silent = createSocket('udp4');
    silent.bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const nowhere = `turn:127.0.0.1:${silent.address().port}`;
    expect(await judge({ urls: [server.url, nowhere], secret: kept('north') })).toEqual([
      `relay ${server.url} good: It gives your devices a way out.`,
      `relay ${nowhere} bad: It does not answer (no answer).`,
    ]);
    silent.close();
    expect(await judge({ urls: [server.url], secret: kept('south') })).toEqual([
      `relay ${server.url} bad: It does not know the secret.`,
    ]);
    expect((await judge({ urls: [server.url], secret: join(folder, 'nowhere') }))[0]).toMatch(
      /^relay bad: .* cannot be read/,
    );
    expect((await judge(null))[0]).toMatch(/^relay poor: None/);
    expect(readRelay({ urls: [], secret: kept('north') })).not.toBeInstanceOf(Refusal);
  });
});
