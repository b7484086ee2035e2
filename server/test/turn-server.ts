import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A relay that runs: coturn, as a delegation sets it up. */
export type TurnServer = { readonly url: string; readonly stop: () => Promise<void> };

/** Whether coturn is on this machine. */
export const hasTurnServer = (): boolean => {
  try {
    execFileSync('turnserver', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // Some versions end with another number than 0 when asked for theirs.
    return error instanceof Error && !('code' in error && error.code === 'ENOENT');
  }
};

const SOON_MS = 10_000;
/** TLS 1.2 stays: coturn 4.6, which Debian 12 has, speaks no newer one. */
const NEWER_TLS = ['--no-tlsv1', '--no-tlsv1_1'] as const;

/**
 * Starts coturn on one address.
 * @param folder of its own, for what it keeps
 * @param tls where it speaks TLS as well, and with which certificate; nothing: nowhere
 * @param inside what a command is given to, to run elsewhere: `ip netns exec …`
 */
export const startTurnServer = async (
  where: {
    readonly address: string;
    readonly port: number;
    readonly secret: string;
    readonly folder: string;
    readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string };
  },
  inside: readonly string[] = [],
): Promise<TurnServer> => {
  const { address, port, secret, folder, tls } = where;
  const words = [
    ...['turnserver', '-n', '--no-cli', '--no-dtls', '--fingerprint', '--realm=parley'],
    ...[`--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`],
    ...(tls
      ? [`--tls-listening-port=${tls.port}`, `--cert=${tls.certificate}`, `--pkey=${tls.key}`, ...NEWER_TLS]
      : ['--no-tls']),
    ...['--use-auth-secret', `--static-auth-secret=${secret}`, '--allow-loopback-peers'],
    ...[
      `--userdb=${join(folder, 'turn.sqlite')}`,
      `--pidfile=${join(folder, 'turn.pid')}`,
      '--log-file=stdout',
      '--verbose',
    ],
  ];
  const [command = '', ...rest] = [...inside, ...words];
  const server = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        said = `${said}${part}`.slice(-20_000);
        if (said.includes('UDP listener opened')) resolve();
      });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`coturn ended: ${said}`)));
    setTimeout(() => reject(new Error(`coturn does not start: ${said}`)), SOON_MS).unref();
  });
  return {
    url: `turn:${address}:${port}`,
    stop: async () => {
      if (server.exitCode !== null) return;
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    },
  };
};
