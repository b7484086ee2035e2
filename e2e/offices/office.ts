import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

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
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
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
      const by = ['-CA', file, '-CAkey', key, '-CAcreateserial', '-days', '2', '-extfile', names];
      await run('openssl', ['x509', '-req', '-in', asked, ...by, '-out', join(into, 'chain.pem')]);
    },
  };
};

/** Sets up an office on this machine, over TLS, as docs/run-a-node.md says. */
export const openOffice = async (
  folder: string,
  name: string,
  authority: Authority,
  ports: { readonly seats: number; readonly peer: number },
): Promise<Office> => {
  const id = name.toLowerCase();
  const home = join(folder, id);
  const config = join(home, 'parley.jsonc');
  const env = { ...process.env, PARLEY_CONFIG: config, NODE_EXTRA_CA_CERTS: authority.file };
  let node: ChildProcess | null = null;
  const parley = async (...words: readonly string[]): Promise<string> =>
    (await run(process.execPath, [PARLEY, ...words], { env })).stdout;

  const origins = [
    '--seats',
    `https://${id}.localhost:${ports.seats}`,
    '--peer',
    `https://${id}.localhost:${ports.peer}`,
  ];
  await parley('init', home, '--name', name, ...origins, '--sfu', '127.0.0.1');
  await authority.certify(`${id}.localhost`, join(home, 'tls'));
  // What two offices on one machine need and two machines do not: ports of their own, and calls to loopback.
  const text = readFileSync(config, 'utf8')
    .replace('"privateRanges": []', '"privateRanges": ["127.0.0.0/8"]')
    .replace('"port": 7880, "mediaPort": 7882', '"port": null, "mediaPort": null');
  writeFileSync(config, text);

  return {
    name,
    config,
    parley,
    start: async () => {
      const started = spawn(process.execPath, [PARLEY, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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
