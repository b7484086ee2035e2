import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { token } from '../../server/src/sfu/livekit/tokens.ts';

/** The SFU that plain pages talk over, and the key of whoever may admit to it. */
type PlainSfu = { readonly port: number; readonly key: string; readonly secret: string };

/** Plain pages on an origin of their own, and a door that gives out tokens. */
export type PlainPages = { readonly url: string; readonly close: () => Promise<void> };

/** Everything that the plain page loads, as browsers run it, by path. */
const built = async (): Promise<ReadonlyMap<string, string | Uint8Array>> => {
  const files = new Map<string, string | Uint8Array>();
  const output = await build({
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: {
      write: false,
      target: 'esnext',
      rollupOptions: {
        input: fileURLToPath(new URL('./plain.ts', import.meta.url)),
        output: { entryFileNames: 'plain.js' },
      },
    },
  });
  for (const one of Array.isArray(output) ? output : [output])
    if ('output' in one)
      for (const piece of one.output)
        files.set(`/${piece.fileName}`, piece.type === 'chunk' ? piece.code : piece.source);
  return files;
};

/** Serves plain.ts and mints tokens for a room of its own in an SFU that is there already. */
export const servePlainPages = async (sfu: PlainSfu): Promise<PlainPages> => {
  const files = await built();
  let names = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === '/token') {
      names += 1;
      const made = token(sfu, Date.now(), 'plain', `plain-${names}`, 'publish');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ url: `ws://127.0.0.1:${sfu.port}`, token: made }));
      return;
    }
    const file = files.get(path);
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.end(file ?? '<!doctype html><meta charset="utf-8"><body><script type="module" src="/plain.js"></script>');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
};
