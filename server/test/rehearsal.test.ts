import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDevice } from './device.ts';
import { preparePair, testBinary } from './pair.ts';
import { ask, lives } from './plain.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
let data: string;
let binary: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'parley-rehearsal-'));
  binary = await testBinary();
  const web = join(data, 'pages');
  mkdirSync(join(web, 'assets'), { recursive: true });
  for (const name of ['index.html', 'rehearsal.html'])
    writeFileSync(join(web, name), '<!doctype html><title>x</title>');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await gone(processes());
  rmSync(data, { recursive: true, force: true });
});

type Started = { readonly child: ChildProcess; readonly said: () => string; readonly ended: Promise<number | null> };

const start = (more: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Started => {
  const child = spawn(process.execPath, [MAIN, 'rehearse', ...more], {
    env: { ...process.env, PARLEY_DATA: data, PARLEY_LIVEKIT: binary, PARLEY_PAGES: join(data, 'pages'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => {
      said += part.toString();
    });
  return { child, said: () => said, ended: new Promise((resolve) => child.once('exit', resolve)) };
};
/** Waits for a fact, looked at again and again; the test's own limit ends the wait. */
const until = async <T>(find: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> => {
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
/** Processes whose command line names this test's folder: nodes and SFUs. */
const processes = (): readonly number[] => {
  const lock = join(data, 'rehearsal.json');
  const nodes: number[] = existsSync(lock) ? JSON.parse(readFileSync(lock, 'utf8')).nodes : [];
  const sfus = ['alba', 'borland'].map((name) => sfuPid(name)).filter((pid) => pid !== undefined);
  return [...nodes, ...sfus].filter(lives);
};
const sfuPid = (name: string): number | undefined => {
  const path = join(data, name, 'sfu', 'sfu.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).pid : undefined;
};
const gone = (pids: readonly number[]) => until(() => !pids.some(lives));
const running = async (started: Started) => {
  await until(() => started.said().includes('Ctrl-C'));
  const lock = JSON.parse(readFileSync(join(data, 'rehearsal.json'), 'utf8'));
  const host = `rehearsal.localhost:${lock.port}`;
  const post = (path: string, body: object, origin = `http://${host}`) =>
    ask(lock.port, path, { host, origin, 'content-type': 'application/json' }, body);
  const state = async () => (await ask(lock.port, '/api/state', { host })).json;
  return { lock, post, state, links: started.said().match(/http:\S+#link=\S+/g) ?? [] };
};

test('[REHEARSE1] starts, prints its page and a link for each seat; a second start says where it runs', async () => {
  const first = start();
  const { lock, links } = await running(first);
  expect(links).toHaveLength(4);
  expect(first.said()).toContain(lock.url);
  const second = start();
  expect(await second.ended).toBe(2);
  expect(second.said()).toContain(lock.url);
  expect(first.child.exitCode).toBeNull();
}, 60_000);

test('[REHEARSE1] the next start is found where the last one was, as long as its ports are free', async () => {
  const first = start();
  const { lock, links } = await running(first);
  first.child.kill('SIGINT');
  await first.ended;
  const again = await running(start());
  expect(again.lock.url).toBe(lock.url);
  const origins = (all: readonly string[]) => all.map((link) => new URL(link).origin);
  expect(origins(again.links)).toEqual(origins(links));
}, 60_000);

test('[NODE15] does not start with a port that is none, or is taken, and says so', async () => {
  const none = start(['--port', '0']);
  expect(await none.ended).toBe(2);
  expect(none.said()).toMatch(/^config\.wrong: /m);
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const taken = start(['--port', String(port)]);
  expect(await taken.ended).toBe(2);
  expect(taken.said()).toMatch(/^node\.port: /m);
  other.close();
}, 60_000);

test('[REHEARSE2] Ctrl-C leaves no process behind, also while it starts', async () => {
  const first = start();
  await running(first);
  const pids = processes();
  expect(pids).toHaveLength(4);
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(pids.filter(lives)).toEqual([]);
  expect(existsSync(join(data, 'rehearsal.json'))).toBe(false);
  const second = start();
  const starting = await until(() => processes().length > 0 && processes());
  second.child.kill('SIGINT');
  await second.ended;
  expect([...starting, ...processes()].filter(lives)).toEqual([]);
}, 60_000);

test('[REHEARSE2] Ctrl-C ends a start that waits for livekit-server, too', async () => {
  const asked = join(data, 'asked');
  writeFileSync(join(data, 'livekit-server'), `#!/bin/sh\ntouch ${asked}\nexec sleep 600\n`, { mode: 0o755 });
  const waiting = start([], { PARLEY_LIVEKIT: '', PATH: `${data}:${process.env.PATH}` });
  await until(() => existsSync(asked));
  waiting.child.kill('SIGINT');
  expect(await waiting.ended).toBe(0);
  expect(waiting.said()).not.toContain('Fetching');
  expect(existsSync(join(data, 'rehearsal.json'))).toBe(false);
}, 60_000);

test('[REHEARSE3] a supervisor that is killed leaves nothing, and the next start takes over', async () => {
  const first = start();
  await running(first);
  const pids = processes();
  first.child.kill('SIGKILL');
  await gone(pids);
  const second = start();
  await running(second);
}, 60_000);

// Turns red where run-node.ts listens for the end of its supervisor only after the start.
test('[REHEARSE3] a node whose supervisor goes while it starts ends, with its SFU', async () => {
  const { data: folder, prepared } = await preparePair();
  const [{ config, configPath }] = prepared;
  const script = `const { spawn } = require('node:child_process');
    const node = spawn(process.execPath, [${JSON.stringify(MAIN)}, 'start', '--config', ${JSON.stringify(configPath)}],
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    process.stdout.write(String(node.pid), () => process.kill(process.pid, 'SIGKILL'));`;
  const supervisor = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  supervisor.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await new Promise((resolve) => supervisor.once('exit', resolve));
  await gone([Number(said)]);
  const kept = join(config.folder, 'sfu', 'sfu.json');
  if (existsSync(kept)) await gone([JSON.parse(readFileSync(kept, 'utf8')).pid]);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test('[REHEARSE4] [NODE13] a node that dies is started again, and adopts its SFU', async () => {
  const first = start();
  const { lock, links } = await running(first);
  const sfu = sfuPid('borland');
  const link = links.find((one) => one.includes('borland-principal')) ?? '';
  process.kill(lock.nodes[1], 'SIGKILL');
  await until(() => JSON.parse(readFileSync(join(data, 'rehearsal.json'), 'utf8')).nodes[1] !== lock.nodes[1]);
  await until(async () => (await fetch(`http://127.0.0.1:${new URL(link).port}/ready`).catch(() => null))?.ok);
  expect(sfuPid('borland')).toBe(sfu);
  expect(lives(sfu ?? 0)).toBe(true);
  const anders = await openDevice(link); // links outlive the node's death, too
  await anders.hears('host', ({ reached }) => reached);
  await anders.sit();
  const log = readFileSync(join(data, 'borland', 'node.log'), 'utf8');
  const secret = new URL(link).hash.slice(6);
  for (const word of [secret, 'Anders', 'borland-principal', 'parley=', 'join_request'])
    expect(log).not.toContain(word);
}, 60_000);

test('[REHEARSE5] [REHEARSE6] the page’s door renews links, says who sits, and obeys its own page only', async () => {
  const { post, state } = await running(start());
  const answer = await post('/api/link', { seat: 'alba-adviser', standIn: true });
  const { url } = answer.json;
  expect(url).toMatch(/#link=[\w-]{43}&stand-in$/);
  expect((await post('/api/link', { seat: 'nobody' })).status).toBe(400);
  expect((await post('/api/link', { seat: 'alba-adviser' }, 'http://evil.localhost')).status).toBe(403);
  expect(await post('/api/attack', { id: 'nothing' })).toMatchObject({ json: { code: 'door.malformed' } });
  expect(await post('/api/attack', { id: 'swap-names' })).toMatchObject({ json: { code: 'attack.needs' } });
  const tomas = await openDevice(url);
  await tomas.sit();
  const seats = await until(async () => {
    const { delegations } = await state();
    const found = delegations[0].seats.filter((seat: { occupied: string }) => seat.occupied !== 'free');
    return found.length > 0 && found;
  });
  expect(seats).toMatchObject([{ id: 'alba-adviser', occupied: 'stand-in' }]);
}, 60_000);
