import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A rehearsal as a person starts it, with a data folder of its own. */
export type Rehearsal = {
  /** Address of the rehearsal page. */
  readonly address: string;
  readonly data: string;
  readonly process: ChildProcess;
  /** A fresh one-time link for a seat. */
  readonly link: (seat: string, how?: { readonly standIn?: boolean; readonly tone?: number }) => Promise<string>;
  readonly state: () => Promise<RehearsalState>;
  /** Ends it as Ctrl-C does; resolves when the process is gone. */
  readonly stop: () => Promise<void>;
};

export type RehearsalState = {
  readonly delegations: readonly {
    readonly name: string;
    readonly root: string;
    readonly host: boolean;
    readonly seats: readonly { readonly id: string; readonly name: string; readonly occupied: string }[];
  }[];
};

/** Starts a rehearsal and waits until it printed its address. */
export const startRehearsal = async (
  options: { readonly data?: string; readonly env?: NodeJS.ProcessEnv; readonly delegations?: number } = {},
): Promise<Rehearsal> => {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'parley-rehearsal-')));
  const words = ['rehearse', '--delegations', String(options.delegations ?? 2)];
  const child = spawn(process.execPath, [join(root, 'server/bin/parley.js'), ...words], {
    cwd: root,
    env: { ...process.env, ...options.env, PARLEY_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = (await printed(child)).replace(/\/$/, '');
  return {
    address,
    data,
    process: child,
    link: async (seat, { standIn = false, tone } = {}) => {
      const answer = await ask(address, '/api/link', { seat, standIn });
      if (typeof answer !== 'object' || answer === null || !('url' in answer) || typeof answer.url !== 'string')
        throw new Error(`no link: ${JSON.stringify(answer)}`);
      return tone === undefined ? answer.url : `${answer.url}&tone=${tone}`;
    },
    state: async () => (await ask(address, '/api/state')) as RehearsalState, // its own API
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGINT');
        await once(child, 'exit');
      }
      if (!options.data) await rm(data, { recursive: true, force: true });
    },
  };
};

const printed = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /https?:\/\/rehearsal\.localhost:\d+\/?/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the rehearsal ended with ${code}:\n${said}`)));
  });

/** Asks the rehearsal's own API as its page does. Node resolves no names under .localhost: all are this machine. */
const ask = async (address: string, path: string, body?: object): Promise<unknown> => {
  const { host, origin, port } = new URL(address);
  const headers = { host, origin, 'content-type': 'application/json' };
  const asked = request({ host: '127.0.0.1', port, path, method: body ? 'POST' : 'GET', headers });
  asked.end(body && JSON.stringify(body));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]; // what this event carries
  return json(answer);
};
