import { createServer, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { decode, Refusal } from '@parley/protocol/bytes';
import { MESSAGE_LIMIT, type PeerRequest, peerRequest } from '@parley/protocol/wire';
import { freePort } from '../../server/src/sfu/livekit/settings.ts';

/** Stands before a peer door. A hostile host cannot be told from one whose messages are lost here. */
export type PeerProxy = {
  readonly port: number;
  /** Requests that do not get through to the door. */
  drop: (request: PeerRequest) => boolean;
  /** How many were dropped. */
  readonly dropped: () => number;
  readonly close: () => Promise<void>;
};

/** Opens the proxy in front of a peer door of this machine. */
export const openPeerProxy = async (peerPort: number): Promise<PeerProxy> => {
  let dropped = 0;
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const request = decode(peerRequest, new Uint8Array(body), MESSAGE_LIMIT);
    if (!(request instanceof Refusal) && proxy.drop(request)) {
      dropped += 1;
      outgoing.writeHead(503).end();
      return;
    }
    const { method, url: path, headers } = incoming;
    const through = send({ host: '127.0.0.1', port: peerPort, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    through.on('error', () => outgoing.writeHead(502).end());
    through.end(body);
  });
  const proxy: PeerProxy = {
    port: await freePort('127.0.0.1'),
    drop: () => false,
    dropped: () => dropped,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(proxy.port, '127.0.0.1', resolve));
  return proxy;
};
