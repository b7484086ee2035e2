import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Host } from './hosts.ts';

const PROGRAM = join(import.meta.dirname, 'connect-proxy.ts');

/** A proxy that runs on a machine of its own. */
export type Proxy = {
  /** Its address for browsers. */
  readonly url: string;
  /** What it did until now: `opened HOST:PORT`, `refused HOST:PORT`. */
  readonly said: () => readonly string[];
  readonly stop: () => Promise<void>;
};

/**
 * Starts a proxy that opens tunnels to some places only.
 * @param allowed `HOST:PORT`, as browsers ask for it
 */
export const startProxy = async (
  { inside }: Host,
  address: string,
  port: number,
  allowed: readonly string[],
): Promise<Proxy> => {
  const [command = '', ...words] = [...inside, process.execPath, PROGRAM, address, String(port), ...allowed];
  const proxy = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    proxy.stdout.setEncoding('utf8').on('data', (part: string) => {
      said += part;
      if (said.startsWith('listens')) resolve();
    });
    proxy.once('error', reject);
    proxy.once('exit', () => reject(new Error(`the proxy ended: ${said}`)));
  });
  return {
    url: `http://${address}:${port}`,
    said: () => said.split('\n').slice(1, -1),
    stop: async () => {
      if (proxy.exitCode !== null) return;
      const gone = once(proxy, 'exit');
      proxy.kill('SIGKILL');
      await gone;
    },
  };
};
