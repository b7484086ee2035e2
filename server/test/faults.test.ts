import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../src/clock.ts';
import { databaseOf, type NodeConfig } from '../src/config/config.ts';
import { examine } from '../src/doctor/doctor.ts';
import { openIdentity } from '../src/identity/files.ts';
import type { DelegationNode } from '../src/node.ts';
import { freePort } from '../src/sfu/livekit/settings.ts';
import { hasDisks, mountDisk } from './disks.ts';
import { COMPARED, type Office, openTown, type Town } from './office.ts';
import { testBinary } from './pair.ts';
import { hasTurnServer, startTurnServer } from './turn-server.ts';

const run = promisify(execFile);
let town: Town;
let alba: Office;
let borland: Office;
let nodes: { readonly alba: DelegationNode; readonly borland: DelegationNode };
let binary: string;
beforeEach(async () => {
  town = openTown();
  [alba, borland] = await Promise.all([town.office('Alba'), town.office('Borland')]);
  await town.introduce(alba, borland);
  binary = town.at('livekit-server');
  symlinkSync(await testBinary(), binary);
  nodes = { alba: await alba.start(binary), borland: await borland.start() };
}, 60_000);
afterEach(() => town.leave());

/** What a fault changes of what doctor is given; what it changes of the world is done by then. */
type Planted = { readonly change?: Partial<NodeConfig>; readonly clock?: Clock };

type Fault = {
  readonly of: string;
  readonly says: RegExp;
  readonly todo: RegExp;
  readonly plant: () => Promise<Planted> | Planted;
  /** Why this machine cannot have the fault; null where it can. */
  readonly lacks?: () => string | null;
};

/** All that this node keeps, in another folder. */
const copied = (name: string): string => {
  const folder = town.at(name);
  mkdirSync(folder, { recursive: true });
  return folder;
};
const keptIn = (folder: string): Partial<NodeConfig> => {
  cpSync(databaseOf(alba.read()), databaseOf({ ...alba.read(), folder }));
  return { folder };
};

/** A certificate for a name, by openssl; `ended`: one that was valid in 2024. */
const certified = async (host: string, ended = false): Promise<Partial<NodeConfig>> => {
  const folder = copied('tls');
  const at = (name: string) => join(folder, name);
  const config = `[ca]\ndefault_ca=a\n[a]\nnew_certs_dir=${folder}\ndatabase=${at('index')}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n`;
  writeFileSync(at('ca.conf'), config);
  writeFileSync(at('index'), '');
  const name = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key')];
  await run('openssl', ['req', ...key, ...name, '-out', at('request')]);
  const valid = ended ? ['-startdate', '20240101000000Z', '-enddate', '20240201000000Z'] : ['-days', '60'];
  const files = ['-in', at('request'), '-keyfile', at('key'), '-out', at('certificate')];
  await run('openssl', ['ca', '-batch', '-notext', '-selfsign', '-config', at('ca.conf'), ...valid, ...files]);
  return { tls: { certificate: at('certificate'), key: at('key') } };
};
const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
);
const lacksOpenssl = () => (hasOpenssl ? null : 'openssl, which makes certificates, is not on this machine');

const COUNTERPART = 'counterpart Borland';
const SECRET = 'the secret of the relay';
const relayOf = (url: string, secret: string): Partial<NodeConfig> => {
  writeFileSync(town.at('relay.secret'), secret);
  return { relay: { urls: [url], secret: town.at('relay.secret') } };
};

const faults: { readonly [name: string]: Fault } = {
  'the issuing key’s certificate has ended': {
    of: 'issuing key',
    says: /certificate has ended/,
    todo: /renews it/,
    plant: async () => {
      const identity = town.at('old identity');
      await openIdentity(identity, Date.now() - 31 * 86_400_000);
      return { change: { identity } };
    },
  },
  'others may read the issuing key': {
    of: 'issuing key',
    says: /Others on this machine/,
    todo: /^chmod 700/,
    plant: () => {
      chmodSync(alba.read().identity, 0o755);
      return {};
    },
  },
  'the TLS certificate has ended': {
    of: 'tls',
    says: /^It ended on .*2024/,
    todo: /Renew it/,
    plant: async () => ({ change: await certified('alba.localhost', true) }),
    lacks: lacksOpenssl,
  },
  'the TLS certificate is for another name': {
    of: 'tls',
    says: /is not for alba\.localhost/,
    todo: /for both origins/,
    plant: async () => ({ change: await certified('elsewhere.localhost') }),
    lacks: lacksOpenssl,
  },
  'this clock is hours off': {
    of: COUNTERPART,
    says: /Its clock and this one are more than a minute apart/,
    todo: /time server/,
    plant: () => ({ clock: { ...systemClock, now: () => Date.now() + 3 * 3_600_000 } }),
  },
  'the way to the door for seats is closed': {
    of: 'seats',
    says: /no node answers at .*ECONNREFUSED/,
    todo: /proxy, firewall/,
    plant: async () => {
      const origin = `http://alba.localhost:${await freePort('127.0.0.1')}`;
      return { change: { seats: { ...alba.read().seats, origin } } };
    },
  },
  'the name of the door for peers has no address': {
    of: 'peer',
    says: /^The name nowhere\.invalid has no address/,
    todo: /DNS/,
    plant: () => ({ change: { peer: { ...alba.read().peer, origin: 'https://nowhere.invalid' } } }),
  },
  'the SFU is gone, and cannot be started': {
    of: 'sfu',
    says: /runs and is not ready/,
    todo: /Does another SFU/,
    plant: async () => {
      rmSync(binary);
      const state = nodes.alba.sfu.state();
      if (state.kind !== 'running') throw new Error(state.kind);
      process.kill(state.pid, 'SIGKILL');
      await expect.poll(() => nodes.alba.sfu.state().kind).not.toBe('running');
      return {};
    },
  },
  'the relay does not answer': {
    of: 'relay turn:127.0.0.1:9?transport=tcp',
    says: /does not answer/,
    todo: /Does it run/,
    plant: () => ({ change: relayOf('turn:127.0.0.1:9?transport=tcp', SECRET) }),
  },
  'the relay has another secret': {
    of: 'relay',
    says: /does not know the secret/,
    todo: /the same here and there/,
    plant: async () => {
      const where = { address: '127.0.0.1', port: await freePort('127.0.0.1'), secret: SECRET, folder: copied('turn') };
      const relay = await startTurnServer(where);
      onTestFinished(() => relay.stop());
      return { change: relayOf(relay.url, 'another one') };
    },
    lacks: () => (hasTurnServer() ? null : 'coturn is not on this machine'),
  },
  'the disk is nearly full': {
    of: 'disk',
    says: /^0\.0 GiB are free/,
    todo: /Make room/,
    plant: () => {
      const folder = mkdtempSync(join(tmpdir(), 'parley-small-'));
      const unmount = mountDisk(folder, 8);
      onTestFinished(() => {
        unmount();
        rmSync(folder, { recursive: true });
      });
      return { change: keptIn(folder) };
    },
    lacks: () => (hasDisks() ? null : 'tests may not mount a disk on this machine'),
  },
  'what is kept is damaged': {
    of: 'store',
    says: /is damaged/,
    todo: /restore the newest backup/,
    plant: () => {
      const folder = copied('damaged');
      const change = keptIn(folder);
      const path = databaseOf({ ...alba.read(), folder });
      const bytes = readFileSync(path);
      bytes.fill(7, 4_096, 12_288);
      writeFileSync(path, bytes);
      return { change };
    },
  },
  'the counterpart is away': {
    of: COUNTERPART,
    says: /does not answer/,
    todo: /Ask whether their node runs/,
    plant: async () => {
      await nodes.borland.stop();
      return {};
    },
  },
  'the counterpart has forgotten this node': {
    of: COUNTERPART,
    says: /does not know this one/,
    todo: /confirm your introduction/,
    plant: async () => {
      await borland.parley('counterparts', '--forget', nodes.alba.root);
      const knows = () => nodes.borland.ask(nodes.alba.root, { kind: 'status' });
      await expect.poll(knows, { timeout: 10_000 }).toMatchObject({ code: 'peer.unknown-root' });
      return {};
    },
  },
  'another root answers at the counterpart’s': {
    of: COUNTERPART,
    says: /Another root answers/,
    todo: /another channel/,
    plant: async () => {
      const impostor = await town.office('Impostor');
      const { origin, port } = borland.read().peer;
      const text = readFileSync(impostor.config, 'utf8');
      const peer = `"peer": { "origin": "${origin}", "address": "127.0.0.1", "port": ${port} }`;
      writeFileSync(impostor.config, text.replace(/"peer": \{.*\}/, peer));
      await impostor.parley('introduce', alba.card);
      await impostor.parley('introduce', alba.card, ...COMPARED);
      await nodes.borland.stop();
      await impostor.start();
      return {};
    },
  },
};

const troubled = async ({ change, clock = systemClock }: Planted = {}) => {
  const found = await examine({ ...alba.read(), ...change }, clock);
  return found.filter(({ how }) => how === 'bad');
};

for (const [name, { of, says, todo, plant, lacks }] of Object.entries(faults))
  test(`[COMMAND6] planted: ${name}; doctor names it and what to do, and nothing else as broken`, async ({ skip }) => {
    const missing = lacks?.() ?? null;
    if (missing !== null) return skip(missing);
    expect(await troubled()).toEqual([]);
    const found = await troubled(await plant());
    expect(found.map((one) => one.of)).toEqual([expect.stringContaining(of)]);
    expect(found[0]?.says).toMatch(says);
    expect(found[0]?.todo).toMatch(todo);
  }, 60_000);
