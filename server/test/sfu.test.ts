import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { liveKit } from '../src/sfu/livekit/livekit.ts';
import type { Sfu, SfuState } from '../src/sfu/sfu.ts';
import { testBinary } from './pair.ts';
import { lives } from './plain.ts';

let folder: string;
const made: Sfu[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-sfu-'));
});
afterEach(async () => {
  for (const sfu of made.splice(0)) await sfu.stop('end');
  rmSync(folder, { recursive: true, force: true });
});
const make = (binary: () => Promise<string | Refusal> = testBinary): Sfu => {
  const place = { address: '127.0.0.1', port: null, mediaPort: null, url: null };
  const sfu = liveKit({ ...place, folder, binary, clock: systemClock });
  made.push(sfu);
  return sfu;
};
const running = (sfu: Sfu): Extract<SfuState, { kind: 'running' }> => {
  const state = sfu.state();
  if (state.kind !== 'running') throw new Error(state.kind);
  return state;
};
test('[SFU7] the next start of a node adopts the SFU that its death left behind', async () => {
  const before = make();
  expect(await before.start()).toBeUndefined();
  const { pid } = running(before);
  await before.stop('leave');
  expect(lives(pid)).toBe(true);
  const after = make(async () => new Refusal('sfu.unavailable', 'none is to be started'));
  expect(await after.start()).toBeUndefined();
  expect(running(after)).toEqual({ kind: 'running', pid, adopted: true });
  const ticket = await after.ticket('room', 'publish');
  expect(ticket).not.toBeInstanceOf(Refusal);
  await after.stop('end');
  expect(lives(pid)).toBe(false);
}, 60_000);

test('[SFU7] an adopted SFU that dies is started again', async () => {
  const before = make();
  await before.start();
  const { pid } = running(before);
  await before.stop('leave');
  const after = make();
  await after.start();
  const back = new Promise<number>((resolve) => {
    after.onState((state) => state.kind === 'running' && resolve(state.pid));
  });
  process.kill(pid, 'SIGKILL');
  expect(await back).not.toBe(pid);
}, 60_000);

test('[SFU6] a ticket opens one room for one transport name, and grants no data; the SFU takes it', async () => {
  const sfu = make();
  await sfu.start();
  const ticketOf = async (permission: 'publish' | 'subscribe') => {
    const ticket = await sfu.ticket('a room', permission);
    if (ticket instanceof Refusal) throw new Error(ticket.code);
    const claims = JSON.parse(Buffer.from(ticket.token.split('.')[1] ?? '', 'base64url').toString());
    const headers = { authorization: `Bearer ${ticket.token}` };
    return { ...ticket, claims, status: (await fetch(`${ticket.url}/rtc/validate`, { headers })).status };
  };
  const publish = await ticketOf('publish');
  expect(publish.status).toBe(200);
  expect(publish.identity).toMatch(/^[0-9a-f]{32}$/);
  expect(publish.claims).toMatchObject({ sub: publish.identity, video: { room: 'a room', canPublish: true } });
  expect(publish.claims.exp - publish.claims.nbf).toBe(60);
  expect(publish.claims.video).toMatchObject({ canPublishData: false, canPublishSources: ['camera', 'microphone'] });
  const subscribe = await ticketOf('subscribe');
  expect(subscribe.status).toBe(200);
  expect(subscribe.claims.video).toMatchObject({ canPublish: false, canPublishData: false, canPublishSources: [] });
}, 60_000);

test('[SFU8] its secrets are for this user only, and it listens on one address', async () => {
  const sfu = make();
  await sfu.start();
  for (const name of ['sfu.json', 'sfu-settings.json']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  const settings = JSON.parse(readFileSync(join(folder, 'sfu-settings.json'), 'utf8'));
  expect(settings.bind_addresses).toEqual(['127.0.0.1']);
  expect(settings.rtc.stun_servers.join()).not.toMatch(/google|twilio/);
}, 60_000);

test('a program that is missing or ends is refused in words', async () => {
  expect(await make(async () => '/nowhere/livekit-server').start()).toMatchObject({ code: 'sfu.not-started' });
  expect(await make(async () => '/bin/false').start()).toMatchObject({ code: 'sfu.not-started' });
  expect(await make().ticket('room', 'publish')).toMatchObject({ code: 'sfu.down' });
}, 60_000);
