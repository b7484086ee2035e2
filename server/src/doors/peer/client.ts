import { randomBytes } from 'node:crypto';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { type Bytes, decode, encode, Refusal, toHex } from '@parley/protocol/bytes';
import { MESSAGE_LIMIT, type PeerReply, type PeerRequest, peerReply } from '@parley/protocol/wire';
import type { Clock } from '../../clock.ts';
import type { AddressGuard } from './address.ts';
import { CERTIFICATE_PATH, PEER_PATH } from './door.ts';
import { type PeerSigner, signRequest, verifyResponse } from './signature.ts';

/** A refusal that another node said: its word, and nothing that was found here. */
export class SaidRefusal extends Refusal {}

/** Another node, as it is asked. Requests are signed, answers verified; there are no redirects and no second tries. */
export type PeerClient = {
  /**
   * Refused with what the peer refuses (`SaidRefusal`), or `peer.unreachable`, `peer.address`, `peer.root-changed`
   * (another root answers there), `peer.refused` (with the door's code, where it gives one), `peer.recipient`, `peer.digest`, `peer.forged`, `peer.stale`, `peer.unsigned`,
   * `bytes.*`.
   */
  readonly ask: (request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** The certificate that it shows, unverified. Refused with `peer.unreachable`, `peer.address`, `peer.refused`, `bytes.*`. */
  readonly certificate: () => Promise<Bytes | Refusal>;
  readonly close: () => void;
};

export type PeerClientOptions = {
  readonly own: PeerSigner;
  readonly peer: { readonly root: Bytes; readonly origin: string };
  readonly keyOf: (root: string) => Bytes | null;
  readonly guard: AddressGuard;
  readonly clock: Clock;
};

const ANSWER_WITHIN_MS = 5_000;
const CERTIFICATE_LIMIT = 4_096;

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Bytes };

// Unsigned: it helps to find a fault, and decides nothing.
const reasonOf = ({ status, body }: Answer): Refusal => {
  const reason = /^\{"code":"(peer\.[a-z-]{1,32})"/.exec(Buffer.from(body.subarray(0, 64)).toString('latin1'))?.[1];
  return reason === 'peer.stale' ? new Refusal(reason) : new Refusal('peer.refused', reason ?? `status ${status}`);
};

const bodyOf = async (response: IncomingMessage, limit: number): Promise<Bytes | Refusal> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response) {
    if (!(part instanceof Uint8Array)) return new Refusal('peer.unreachable');
    length += part.length;
    if (length > limit) return new Refusal('bytes.too-long', 'answer of a peer');
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
};

/** A client for one counterpart's peer door. */
export const peerClient = (options: PeerClientOptions): PeerClient => {
  const { own, peer, guard, clock } = options;
  const target = new URL(PEER_PATH, peer.origin);
  const asked = toHex(peer.root);
  const secure = target.protocol === 'https:';
  const settings = { keepAlive: true, maxSockets: 32, timeout: 30_000 };
  const agent = secure ? new TlsAgent(settings) : new PlainAgent(settings);

  type Sent = { readonly url: URL; readonly method: 'GET' | 'POST'; readonly headers: Headers; readonly limit: number };
  const send = ({ url, method, headers, limit }: Sent, body: Uint8Array): Promise<Answer | Refusal> =>
    new Promise((resolve) => {
      const literal = target.hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) !== 0 && !guard.allows(literal)) return resolve(new Refusal('peer.address'));
      const sending = (secure ? tlsRequest : plainRequest)(url, {
        method,
        agent,
        lookup: guard.lookup,
        headers: { ...Object.fromEntries(headers), 'content-length': body.length },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const failed = (error: unknown) => {
        const address = error instanceof Error && error.message.startsWith('peer.address');
        resolve(new Refusal(address ? 'peer.address' : 'peer.unreachable'));
      };
      sending.once('error', failed);
      // 101: without a listener the socket would go, and neither answer nor error come.
      sending.once('upgrade', (_response, socket) => {
        socket.destroy();
        failed(null);
      });
      sending.once('response', (response) => {
        bodyOf(response, limit).then((whole) => {
          if (whole instanceof Refusal) return resolve(whole);
          const received = new Headers();
          for (const [name, value] of Object.entries(response.headers))
            if (typeof value === 'string') received.set(name, value);
          resolve({ status: response.statusCode ?? 0, headers: received, body: whole });
        }, failed);
      });
      sending.end(body);
    });

  return {
    ask: async (request) => {
      const key = options.keyOf(asked);
      if (!key) return new Refusal('peer.unknown-root', asked);
      const body = encode(request);
      const created = Math.floor(clock.now() / 1_000);
      const nonce = randomBytes(18).toString('base64url');
      const to = { targetUri: target.href, recipient: asked };
      const headers = await signRequest(own, to, body, { created, nonce });
      const answer = await send({ url: target, method: 'POST', headers, limit: MESSAGE_LIMIT }, body);
      if (answer instanceof Refusal) return answer;
      // 421: whoever listens there says that it is another root.
      if (answer.status === 421) return new Refusal('peer.root-changed', asked);
      if (answer.status !== 200) return reasonOf(answer);
      const related = { targetUri: target.href, headers };
      const verified = await verifyResponse(answer, related, { own: toHex(own.root), asked, key }, clock.now());
      if (verified instanceof Refusal) return verified;
      const reply = decode(peerReply, answer.body, MESSAGE_LIMIT);
      if (reply instanceof Refusal) return reply;
      return reply.kind === 'refused' ? new SaidRefusal(reply.code, reply.detail) : reply;
    },
    certificate: async () => {
      const url = new URL(CERTIFICATE_PATH, peer.origin);
      const asking = { url, method: 'GET', headers: new Headers(), limit: CERTIFICATE_LIMIT } as const;
      const answer = await send(asking, new Uint8Array());
      if (answer instanceof Refusal) return answer;
      return answer.status === 200 ? answer.body : new Refusal('peer.refused', `status ${answer.status}`);
    },
    close: () => agent.destroy(),
  };
};
