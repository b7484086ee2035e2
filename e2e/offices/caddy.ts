import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Host } from './hosts.ts';

const FILE = join(import.meta.dirname, '../../docs/examples/Caddyfile');
const SOON_MS = 20_000;

/** Whether Caddy is on this machine. */
export const hasCaddy = (): boolean => spawnSync('caddy', ['version'], { stdio: 'ignore' }).status === 0;

/**
 * Starts Caddy with the example of the documentation, as it stands there.
 * @param folder where it is started: `tls/` in it holds chain and key
 */
export const startCaddy = async ({ inside }: Host, folder: string): Promise<{ readonly stop: () => Promise<void> }> => {
  const [command = '', ...words] = [...inside, 'caddy', 'run', '--config', FILE, '--adapter', 'caddyfile'];
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const caddy = spawn(command, words, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    caddy.stderr.setEncoding('utf8').on('data', (part: string) => {
      said = `${said}${part}`.slice(-20_000);
      if (said.includes('serving initial configuration')) resolve();
    });
    caddy.once('error', reject);
    caddy.once('exit', () => reject(new Error(`Caddy ended: ${said}`)));
    setTimeout(() => reject(new Error(`Caddy does not start: ${said}`)), SOON_MS).unref();
  });
  return {
    stop: async () => {
      if (caddy.exitCode !== null) return;
      const gone = once(caddy, 'exit');
      caddy.kill('SIGKILL');
      await gone;
    },
  };
};
