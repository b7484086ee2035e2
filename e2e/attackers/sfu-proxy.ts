import { createServer } from 'node:http';
import { type ParticipantInfo, SignalResponse } from '@livekit/protocol';
import { WebSocket, WebSocketServer } from 'ws';
import { freePort } from '../../server/src/sfu/livekit/settings.ts';

/** One device's signalling on its way through the hostile SFU. */
export type Passage = {
  /** Transport name that the node gave. */
  readonly identity: string;
  readonly publishes: boolean;
  /** Cuts the signalling off, so that the device comes back. */
  readonly cut: () => void;
};

/** What the hostile SFU tells a device in place of the truth; null: nothing. */
export type Rewrite = (response: SignalResponse, to: Passage) => SignalResponse | null;

/** A signalling proxy between a node and its SFU that lies as it is told. */
export type SfuProxy = {
  readonly url: string;
  readonly passages: ReadonlySet<Passage>;
  /** How many messages were told otherwise than they came. */
  readonly lies: () => number;
  rewrite: Rewrite;
  readonly close: () => Promise<void>;
};

const truth: Rewrite = (response) => response;

/** Participants that a message tells of, to be rewritten in place. */
export const participantsOf = ({ message }: SignalResponse): ParticipantInfo[] => {
  switch (message.case) {
    case 'join':
      return [...(message.value.participant ? [message.value.participant] : []), ...message.value.otherParticipants];
    case 'update':
      return message.value.participants;
    default:
      return [];
  }
};

const claimsOf = (authorization: string | undefined): Pick<Passage, 'identity' | 'publishes'> => {
  const [, body = ''] = authorization?.replace('Bearer ', '').split('.') ?? [];
  const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
  const get = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null ? Reflect.get(of, name) : null;
  return { identity: String(get(claims, 'sub')), publishes: get(get(claims, 'video'), 'canPublish') === true };
};

/** Opens the proxy in front of an SFU at a port of this machine. */
export const openSfuProxy = async (sfuPort: number): Promise<SfuProxy> => {
  const port = await freePort('127.0.0.1');
  const server = createServer({ maxHeaderSize: 262_144 }, (_request, response) =>
    response.writeHead(200).end('success'),
  );
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  const passages = new Set<Passage>();
  let lies = 0;
  const proxy: SfuProxy = {
    url: `http://127.0.0.1:${port}`,
    passages,
    lies: () => lies,
    rewrite: truth,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  sockets.on('connection', (device, request) => {
    const { authorization = '' } = request.headers;
    const sfu = new WebSocket(`ws://127.0.0.1:${sfuPort}${request.url}`, {
      headers: { authorization },
      perMessageDeflate: false,
    });
    const passage: Passage = { ...claimsOf(authorization), cut: () => device.terminate() };
    passages.add(passage);
    const early: Buffer[] = [];
    device.on('message', (data: Buffer) => (sfu.readyState === WebSocket.OPEN ? sfu.send(data) : early.push(data)));
    sfu.on('open', () => {
      for (const data of early) sfu.send(data);
    });
    sfu.on('message', (data: Buffer) => {
      const told = proxy.rewrite(SignalResponse.fromBinary(data), passage)?.toBinary();
      if (!told || !data.equals(told)) lies += 1;
      if (told) device.send(told);
    });
    const end = () => {
      passages.delete(passage);
      device.close();
      sfu.close();
    };
    for (const socket of [device, sfu]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return proxy;
};
