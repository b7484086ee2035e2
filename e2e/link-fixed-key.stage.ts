import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';

/** One SFU on loopback, with a room that lives as long as the test. */
export type TestSfu = {
  readonly url: string;
  /** A token for the room, under a transport name. */
  readonly token: (name: string, publishes: boolean) => string;
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
};

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts livekit-server on free ports; it speaks to loopback only. */
export async function startSfu(binary: string): Promise<TestSfu> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-link-'));
  const [port, tcp, udp] = [await freePort(), await freePort(), await freePort()];
  const key = 'link';
  const secret = randomBytes(24).toString('hex');
  const config = join(folder, 'sfu.yaml');
  await writeFile(
    config,
    JSON.stringify({
      port,
      bind_addresses: ['127.0.0.1'],
      keys: { [key]: secret },
      logging: { level: 'warn' },
      rtc: {
        tcp_port: tcp,
        udp_port: udp,
        node_ip: '127.0.0.1',
        use_external_ip: false,
        enable_loopback_candidate: true,
        stun_servers: ['127.0.0.1:9'],
      },
    }),
  );
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(binary, ['--config', config], { stdio: process.env.PARLEY_SFU_LOG ? 'inherit' : 'ignore' });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the SFU ended with ${child.exitCode}`);
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
      if (answer?.ok) return;
    }
  };
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await start();
  return {
    url: `ws://127.0.0.1:${port}`,
    token: (name, publishes) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      const grants = { room: 'link', roomJoin: true, canPublish: publishes, canSubscribe: true, canPublishData: false };
      const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: key, sub: name, nbf: now - 10, exp: now + 600, video: grants })}`;
      return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
    },
    kill: async () => {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
    restart: async () => {
      await end();
      await start();
    },
  };
}

/** Serves the test pages and the web sources as they are. */
export async function servePages(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const root = join(import.meta.dirname, 'pages');
  const vite: ViteDevServer = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null, fs: { allow: [join(import.meta.dirname, '..')] } },
    optimizeDeps: { include: ['livekit-client'] },
  });
  await vite.listen();
  const address = vite.httpServer?.address();
  if (address === null || address === undefined || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => vite.close() };
}
