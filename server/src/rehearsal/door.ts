import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { type Bytes, Refusal } from '@parley/protocol/bytes';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { securityHeaders } from '../doors/seat/headers.ts';
import { ghostDoor } from './attacks/ghost-door.ts';
import type { Ghosts } from './attacks/ghosts.ts';
import { type AttackId, attackIds, type RehearsalState } from './state.ts';

export type RehearsalDoorOptions = {
  readonly origin: string;
  readonly web: string;
  readonly instance: string;
  readonly state: () => RehearsalState;
  readonly link: (seat: string, standIn: boolean) => Promise<string | Refusal>;
  /** Begins an attack; refused where it cannot run now. */
  readonly attack: (id: AttackId) => Refusal | null;
  readonly ghosts: Ghosts;
  /** The record of the newest meeting, as the node of a root (hex) holds it. */
  readonly record: (root: string) => Promise<Bytes | Refusal>;
};

export type RehearsalDoor = {
  readonly app: FastifyInstance;
  /** Tells every open page the state anew. */
  readonly changed: () => void;
};

const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;

/** The door of the rehearsal page: on loopback, for whoever sits at this machine. */
export const rehearsalDoor = (options: RehearsalDoorOptions): RehearsalDoor => {
  const { origin, web } = options;
  const headers = securityHeaders(origin);
  const { host } = new URL(origin);
  const listeners = new Set<FastifyReply>();
  const app = fastify({ logger: false, bodyLimit: 4_096, forceCloseConnections: true });

  // Another page in the same browser must not order anything here, nor a name that was pointed at this machine.
  app.addHook('onRequest', async (request, reply) => {
    const own = request.headers.host === host || request.url === '/api/instance';
    const same = request.method !== 'POST' || request.headers.origin === origin;
    if (!own || !same) return reply.code(403).send({ code: 'door.origin', detail: '' });
    return undefined;
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
  app.register(fastifyStatic, { root: join(web, 'assets'), prefix: '/assets/', index: false });
  app.register(ghostDoor({ ghosts: options.ghosts, page: join(web, 'rehearsal.html'), origin }));
  app.get('/api/instance', async () => options.instance);
  app.get('/api/state', async () => options.state());
  app.get('/api/events', (_request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    reply.raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.raw.write(event());
    listeners.add(reply);
    reply.raw.once('close', () => listeners.delete(reply));
  });
  app.post('/api/link', async (request, reply) => {
    const seat = field(request.body, 'seat');
    const url =
      typeof seat === 'string'
        ? await options.link(seat, field(request.body, 'standIn') === true)
        : new Refusal('door.malformed');
    if (url instanceof Refusal) return reply.code(400).send({ code: url.code, detail: url.detail });
    return { url };
  });
  app.post('/api/attack', async (request, reply) => {
    const id = attackIds.find((one) => one === field(request.body, 'id'));
    const refusal = id ? options.attack(id) : new Refusal('door.malformed');
    if (refusal) return reply.code(409).send({ code: refusal.code, detail: refusal.detail });
    return reply.code(202).send({});
  });
  app.get<{ Params: { root: string } }>('/api/record/:root', async (request, reply) => {
    const record = await options.record(request.params.root);
    if (record instanceof Refusal) return reply.code(409).send({ code: record.code, detail: record.detail });
    return reply
      .headers({ 'content-type': 'application/octet-stream', 'cache-control': 'no-store' })
      .header('content-disposition', 'attachment; filename="rehearsal.parley"')
      .send(Buffer.from(record));
  });
  app.get('/record.html', async (_request, reply) => {
    const page = await readFile(join(web, 'record.html'), 'utf8');
    // The page brings its policy along, which is stricter: nothing is loaded, and nothing leaves it.
    const [, policy = "default-src 'none'"] = /content-security-policy" content="([^"]*)"/.exec(page) ?? [];
    return reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }).send(page);
  });
  const event = () => `event: state\ndata: ${JSON.stringify(options.state())}\n\n`;
  return {
    app,
    changed: () => {
      const text = event();
      for (const { raw } of listeners) raw.write(text);
    },
  };
};
