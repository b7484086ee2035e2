import { randomBytes } from 'node:crypto';
import { type Bytes, decode, encode, fromHex, Refusal, toHex } from '@parley/protocol/bytes';
import { MESSAGE_LIMIT, type PeerReply, type PeerRequest, peerRequest } from '@parley/protocol/wire';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Clock } from '../../clock.ts';
import { orRefused, StoreFailure } from '../../store/failure.ts';
import type { Store } from '../../store/store.ts';
import { refuseAddress, refuseMalformed } from '../malformed.ts';
import { type Pace, pace } from '../pace.ts';
import { serverFor, type TlsFiles } from '../tls.ts';
import { MAX_AGE, type PeerSigner, signResponse, verifyRequest } from './signature.ts';

/** Where requests go. */
export const PEER_PATH = '/peer';
/** Where a node shows the certificate of its issuing key, which proves itself. */
export const CERTIFICATE_PATH = '/peer/certificate';

export type PeerDoorOptions = {
  readonly own: PeerSigner & { readonly certificate: Bytes };
  /** Origin by which counterparts name this door. */
  readonly origin: string;
  /** Issuing key of a pinned root (hex), or null. */
  readonly keyOf: (root: string) => Bytes | null;
  readonly store: Pick<Store, 'takeNonce'>;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  readonly tls: TlsFiles | null;
  /** A signature in the name of a pinned root (hex) does not stand under the key that is known of it. */
  readonly onForged: (root: string) => void;
  /** Answers a request that is known to be from `root` (hex). */
  readonly handle: (root: string, request: PeerRequest) => Promise<PeerReply>;
};

const NONCE = /^[A-Za-z0-9_-]{22,64}$/;
const STATUS: { readonly [code: string]: number } = {
  'peer.recipient': 421,
  'peer.too-many': 429,
  'store.full': 503,
  'store.broken': 503,
};

const headersOf = (request: FastifyRequest): Headers => {
  const headers = new Headers();
  const { rawHeaders } = request.raw;
  for (let n = 0; n + 1 < rawHeaders.length; n += 2) headers.append(rawHeaders[n] ?? '', rawHeaders[n + 1] ?? '');
  return headers;
};

/**
 * The door for other nodes: signed requests and signed answers on one path, everything else there is refused unsigned; and
 * this node's own certificate, for anybody.
 */
export const peerDoor = (options: PeerDoorOptions): FastifyInstance => {
  const { own, clock, store } = options;
  const name = toHex(own.root);
  const targetUri = `${options.origin}${PEER_PATH}`;
  const paces = new Map<string, Pace>();
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MESSAGE_LIMIT,
    requestTimeout: 15_000,
    clientErrorHandler: refuseMalformed,
    frameworkErrors: refuseAddress,
    exposeHeadRoutes: false,
    serverFactory: serverFor(options.tls),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/cbor', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  const refuse = (reply: FastifyReply, refusal: Refusal) => {
    options.logger.warn({ code: refusal.code }, 'a peer was refused');
    return reply.code(STATUS[refusal.code] ?? 401).send({ code: refusal.code, detail: refusal.detail });
  };

  /** Nonces that came while nothing could be kept: what takes away must get through then, too. */
  const unkept = new Map<string, number>();
  const takeNonce = async (root: string, nonce: string, until: number): Promise<boolean> => {
    const name = `${root} ${nonce}`;
    if (unkept.has(name)) return false;
    const taken = await orRefused(store.takeNonce(fromHex(root), nonce, until));
    if (!(taken instanceof Refusal)) return taken;
    for (const [one, ends] of unkept) if (ends < clock.now()) unkept.delete(one);
    unkept.set(name, until);
    return true;
  };

  app.post(PEER_PATH, async (request, reply) => {
    const headers = headersOf(request);
    const body = new Uint8Array(Buffer.isBuffer(request.body) ? request.body : []);
    const by = await verifyRequest({ targetUri, headers, body }, name, options.keyOf, clock.now());
    if (by instanceof Refusal) {
      if (by.code === 'peer.forged') options.onForged(by.detail);
      return refuse(reply, by);
    }
    const allowed = paces.get(by.root) ?? pace(clock, 4_000, 1_000);
    paces.set(by.root, allowed);
    if (!allowed()) return refuse(reply, new Refusal('peer.too-many'));
    const until = (by.created + 2 * MAX_AGE + 1) * 1_000;
    if (!NONCE.test(by.nonce) || !(await takeNonce(by.root, by.nonce, until)))
      return refuse(reply, new Refusal('peer.replay'));
    const asked = decode(peerRequest, body, MESSAGE_LIMIT);
    const answer: PeerReply =
      asked instanceof Refusal
        ? { kind: 'refused', code: asked.code, detail: asked.detail }
        : await options.handle(by.root, asked);
    const encoded = encode(answer);
    const signedHeaders = await signResponse(own, { targetUri, headers, recipient: by.root }, encoded, {
      created: Math.floor(clock.now() / 1_000),
      nonce: randomBytes(18).toString('base64url'),
    });
    return reply.code(200).headers(Object.fromEntries(signedHeaders)).send(Buffer.from(encoded));
  });
  app.get(CERTIFICATE_PATH, async (_request, reply) =>
    reply.type('application/cbor').header('cache-control', 'no-store').send(Buffer.from(own.certificate)),
  );
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'door.unknown-path', detail: '' }));
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    if (error instanceof StoreFailure) return refuse(reply, error.refusal);
    const given = error.statusCode ?? 500;
    if (given >= 500) options.logger.error({ err: error }, 'a request broke');
    return reply.code(given).send({ code: given >= 500 ? 'node.broken' : 'bytes.malformed', detail: '' });
  });
  app.addHook('preClose', async () => app.server.closeAllConnections());
  app.get('/health', async () => ({ ok: true }));
  return app;
};
