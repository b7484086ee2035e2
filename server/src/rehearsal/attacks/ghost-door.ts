import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { securityHeaders } from '../../doors/seat/headers.ts';
import type { Ghosts } from './ghosts.ts';

const PAGES = join(import.meta.dirname, 'pages');
const SCRIPTS = ['opener.js', 'ghost.js', 'frames.js', 'picture.js', 'ticker.js'] as const;

/** The published single file of livekit-client, which web depends on: a ghost is a plain client of an SFU. */
const clientFile = (): string => createRequire(join(PAGES, 'any.js')).resolve('livekit-client');

/** Headers of a page that only the rehearsal page frames, and that speaks with an SFU on this machine. */
const ghostHeaders = (origin: string) => {
  const headers = securityHeaders(origin);
  const policy = (headers['content-security-policy'] ?? '')
    .replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    .replace('connect-src', 'connect-src ws://127.0.0.1:* http://127.0.0.1:*');
  return { ...headers, 'content-security-policy': policy, 'x-frame-options': 'SAMEORIGIN' };
};

/** Serves the rehearsal page, with a script that opens a ghost in a hidden frame of it when an attack needs one. */
export const ghostDoor =
  ({ ghosts, page, origin }: { readonly ghosts: Ghosts; readonly page: string; readonly origin: string }) =>
  async (app: FastifyInstance): Promise<void> => {
    const send = (reply: FastifyReply, type: string, text: string | Buffer) =>
      reply.header('cache-control', 'no-store').type(type).send(text);
    app.get('/', (_request, reply) => {
      const { 'content-security-policy': policy = '' } = securityHeaders(origin);
      reply.header('content-security-policy', `${policy}; frame-src 'self'`);
      const opener = '<script type="module" src="/attacker/opener.js"></script></head>';
      return send(reply, 'text/html', readFileSync(page, 'utf8').replace('</head>', opener));
    });
    app.get('/attacker/ghost.html', (_request, reply) => {
      reply.headers(ghostHeaders(origin));
      return send(reply, 'text/html', readFileSync(join(PAGES, 'ghost.html')));
    });
    for (const name of SCRIPTS)
      app.get(`/attacker/${name}`, (_request, reply) =>
        send(reply, 'text/javascript', readFileSync(join(PAGES, name))),
      );
    app.get('/attacker/livekit-client.js', (_request, reply) =>
      send(reply, 'text/javascript', readFileSync(clientFile())),
    );
    app.get('/attacker/wanted', async () => ghosts.wanted() ?? {});
    app.post<{ Body: { readonly name?: unknown; readonly sent?: unknown } }>('/attacker/played', async (request) => {
      const { name, sent } = request.body;
      if (typeof name === 'string' && typeof sent === 'number') ghosts.played(name, sent);
      return {};
    });
  };
