import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Refusal } from '@parley/protocol/bytes';
import fastify, { type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import { StoreFailure } from '../../store/failure.ts';
import { refuseAddress, refuseMalformed } from '../malformed.ts';
import { type Pace, pace } from '../pace.ts';
import { serverFor, type TlsFiles } from '../tls.ts';
import { securityHeaders } from './headers.ts';
import { type RedeemOptions, redeemLink } from './redeem.ts';
import { deviceAt } from './seats.ts';
import { statusOf } from './status.ts';
import { takeUpgrades, type UpgradeOptions, type Upgrades } from './upgrade.ts';

export type SeatDoorOptions = RedeemOptions &
  UpgradeOptions & {
    /** Folder of the built pages. */
    readonly web: string;
    readonly tls: TlsFiles | null;
    readonly isReady: () => boolean;
  };

const YEAR_SECONDS = 31_536_000;

export type SeatDoor = { readonly app: FastifyInstance; readonly cut: Upgrades['cut'] };

/** The doors for one's own people: pages, links, device sockets, signalling (NODE). */
export const seatDoor = (options: SeatDoorOptions): SeatDoor => {
  const { origin, seats, web, store, clock, logger } = options;
  const headers = securityHeaders(origin);
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 4_096,
    requestTimeout: 15_000,
    clientErrorHandler: refuseMalformed,
    frameworkErrors: refuseAddress,
    routerOptions: { maxParamLength: 96 },
    serverFactory: serverFor(options.tls),
  });
  const upgrades = takeUpgrades(app.server, options);
  app.addHook('preClose', async () => {
    upgrades.close();
    app.server.closeAllConnections();
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(headers);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/cbor', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.register(fastifyStatic, {
    root: join(web, 'assets'),
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: YEAR_SECONDS * 1_000,
    decorateReply: true,
  });

  const refuse = (reply: FastifyReply, refusal: Refusal) => {
    logger.warn({ code: refusal.code }, 'a request was refused');
    return reply.code(statusOf(refusal)).send({ code: refusal.code, detail: refusal.detail });
  };
  const tries = new Map<string, Pace>();
  const maySend = (seat: string): boolean => {
    const allowed = tries.get(seat) ?? pace(clock, 20, 1);
    tries.set(seat, allowed);
    return allowed();
  };

  app.get<{ Params: { seat: string } }>('/seat/:seat', async (request, reply) => {
    if (!seats.has(request.params.seat)) return refuse(reply, new Refusal('door.unknown-seat'));
    return reply.header('cache-control', 'no-store').sendFile('index.html', web, { cacheControl: false });
  });
  app.post<{ Params: { seat: string } }>('/seat/:seat/redeem', async (request, reply) => {
    if (request.headers.origin !== origin) return refuse(reply, new Refusal('door.origin'));
    const seat = seats.get(request.params.seat);
    if (!seat) return refuse(reply, new Refusal('door.unknown-seat'));
    if (!maySend(seat.agreed.id)) return refuse(reply, new Refusal('door.too-many'));
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const redeemed = await redeemLink(options, seat, new Uint8Array(body));
    if (redeemed instanceof Refusal) return refuse(reply, redeemed);
    return reply.code(204).header('set-cookie', redeemed.cookie).header('cache-control', 'no-store').send();
  });
  // livekit-client asks here why a connection failed; the answer is this node's own.
  for (const path of ['rtc/validate', 'rtc/v1/validate'])
    app.get<{ Params: { seat: string } }>(`/seat/:seat/sfu/:root/${path}`, async (request, reply) => {
      const device = await deviceAt(store, request.params.seat, request.headers.cookie);
      return device instanceof Refusal ? refuse(reply, device) : reply.type('text/plain').send('success');
    });
  app.get('/health', async () => ({ ok: true }));
  app.get('/ready', async (_request, reply) => {
    const ready = options.isReady();
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'door.unknown-path', detail: '' }));
  app.setErrorHandler((error: { readonly statusCode?: number; readonly code?: string }, _request, reply) => {
    if (error instanceof StoreFailure) return refuse(reply, error.refusal);
    const given = error.statusCode ?? 500;
    if (given >= 500) {
      logger.error({ err: error }, 'a request broke');
      return reply.code(500).send({ code: 'node.broken', detail: '' });
    }
    const tooLong = given === 413;
    return reply.code(tooLong ? 413 : 400).send({ code: tooLong ? 'bytes.too-long' : 'door.malformed', detail: '' });
  });
  return { app, cut: upgrades.cut };
};
