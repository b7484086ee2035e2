import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../server/src/sfu/livekit/settings.ts';

const PARLEY = join(import.meta.dirname, '../../server/bin/parley.js');
const SOON_MS = 20_000;

/** An office of a delegation, as its people run it: by commands, in a terminal. */
export type Office = {
  readonly name: string;
  readonly config: string;
  /** Runs `parley` for this office; throws where it does not end with 0. */
  readonly parley: (...words: readonly string[]) => Promise<string>;
  /** Starts its node; resolves once that works. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Certificates for some hosts, by an authority of their own; made by openssl. */
export type Authority = {
  /** File of the authority's certificate. */
  readonly file: string;
  readonly certify: (host: string, folder: string) => Promise<void>;
};

const run = promisify(execFile);

/** Makes an authority, as a ministry's own; null where this machine has no openssl. */
export const openAuthority = async (folder: string): Promise<Authority | null> => {
  const [key, file] = [join(folder, 'ca.key'), join(folder, 'ca.pem')];
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '60'];
  try {
    await run('openssl', [...request, '-x509', '-subj', '/CN=Test authority', '-keyout', key, '-out', file]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return {
    file,
    certify: async (host, into) => {
      mkdirSync(into, { recursive: true });
      const asked = join(into, 'request.pem');
      await run('openssl', [...request, '-subj', `/CN=${host}`, '-keyout', join(into, 'key.pem'), '-out', asked]);
      const names = join(into, 'names');
      writeFileSync(names, `subjectAltName=DNS:${host}\n`);
      const by = ['-CA', file, '-CAkey', key, '-CAcreateserial', '-days', '60', '-extfile', names];
      await run('openssl', ['x509', '-req', '-in', asked, ...by, '-out', join(into, 'chain.pem')]);
    },
  };
};

/** Where an office's node is, and how others reach it. */
export type Place = {
  /** Host name of both doors. */
  readonly host: string;
  readonly seats: number;
  readonly peer: number;
  /** Address of its SFU. */
  readonly sfu: string;
  /** What its commands are given to, to run on another machine; nothing: on this one. */
  readonly inside: readonly string[];
  /** What its configuration says beside what `parley init` wrote. */
  readonly configured: (text: string) => string;
};

/** A place on this machine: ports of its own, and calls to loopback, which two machines do not need. */
export const placeHere = async (name: string): Promise<Place> => ({
  host: `${name.toLowerCase()}.localhost`,
  seats: await freePort('127.0.0.1'),
  peer: await freePort('127.0.0.1'),
  sfu: '127.0.0.1',
  inside: [],
  configured: (text) =>
    text
      .replace('"privateRanges": []', '"privateRanges": ["127.0.0.0/8"]')
      .replace('"port": 7880, "mediaPort": 7882', '"port": null, "mediaPort": null'),
});

/** Sets up an office over TLS, as docs/run-a-node.md says. */
export const openOffice = async (folder: string, name: string, authority: Authority, place: Place): Promise<Office> => {
  const home = join(folder, name.toLowerCase());
  const config = join(home, 'parley.jsonc');
  const env = { ...process.env, PARLEY_CONFIG: config, NODE_EXTRA_CA_CERTS: authority.file };
  const [program = process.execPath, ...first] = [...place.inside, process.execPath, PARLEY];
  let node: ChildProcess | null = null;
  const parley = async (...words: readonly string[]): Promise<string> =>
    (await run(program, [...first, ...words], { env })).stdout;

  const originOf = (port: number) => `https://${place.host}${port === 443 ? '' : `:${port}`}`;
  const origins = ['--seats', originOf(place.seats), '--peer', originOf(place.peer)];
  await parley('init', home, '--name', name, ...origins, '--sfu', place.sfu);
  await authority.certify(place.host, join(home, 'tls'));
  writeFileSync(config, place.configured(readFileSync(config, 'utf8')));

  return {
    name,
    config,
    parley,
    start: async () => {
      const started = spawn(program, [...first, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      node = started;
      let said = '';
      const works = new Promise<void>((resolve, reject) => {
        for (const stream of [started.stdout, started.stderr])
          stream.setEncoding('utf8').on('data', (part: string) => {
            said += part;
            if (said.includes('the node works')) resolve();
          });
        started.once('exit', () => reject(new Error(`the node of ${name} ended: ${said}`)));
        setTimeout(() => reject(new Error(`the node of ${name} does not start: ${said}`)), SOON_MS).unref();
      });
      await works;
    },
    stop: async () => {
      const ending = node;
      node = null;
      if (!ending || ending.exitCode !== null) return;
      const gone = once(ending, 'exit');
      ending.kill('SIGTERM');
      await gone;
    },
  };
};
