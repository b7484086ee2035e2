import { createServer } from 'node:http';
import { type ParticipantInfo, SignalResponse } from '@livekit/protocol';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { freePort } from '../../sfu/livekit/settings.ts';

/** Whose signalling passes: the transport name in the token, and whether it publishes. */
export type Passenger = { readonly identity: string; readonly publishes: boolean };

/** What a hostile SFU tells in place of the truth. It changes the message that it is given. */
export type Lie = (response: SignalResponse, to: Passenger) => void;

/** A proxy between nodes and an SFU, which lies as an SFU in hostile hands would. */
export type LyingRelay = {
  readonly url: string;
  readonly passengers: () => readonly Passenger[];
  /** How many messages were changed. */
  readonly lies: () => number;
  readonly close: () => Promise<void>;
};

const ADDRESS = '127.0.0.1';

const passengerOf = (authorization: string): Passenger => {
  const body = authorization.split('.')[1] ?? '';
  const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString() || '{}');
  const field = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
  return { identity: String(field(claims, 'sub')), publishes: field(field(claims, 'video'), 'canPublish') === true };
};

const bytesOf = (data: RawData): Uint8Array =>
  data instanceof ArrayBuffer ? new Uint8Array(data) : Array.isArray(data) ? Buffer.concat(data) : data;

/** Participants that a message tells of. */
export const participantsOf = ({ message }: SignalResponse): readonly ParticipantInfo[] => {
  if (message.case === 'update') return message.value.participants;
  if (message.case !== 'join') return [];
  const { participant, otherParticipants } = message.value;
  return participant ? [participant, ...otherParticipants] : otherParticipants;
};

/** Opens a relay in front of an SFU on this machine. */
export const openLyingRelay = async (sfuPort: number, lie: Lie): Promise<LyingRelay> => {
  const port = await freePort(ADDRESS);
  const server = createServer({ maxHeaderSize: 262_144 }, (_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  const passengers = new Set<Passenger>();
  let lies = 0;

  sockets.on('connection', (device, request) => {
    const { authorization = '' } = request.headers;
    const passenger = passengerOf(authorization);
    passengers.add(passenger);
    const sfu = new WebSocket(`ws://${ADDRESS}:${sfuPort}${request.url}`, {
      headers: { authorization },
      perMessageDeflate: false,
    });
    const early: Uint8Array[] = [];
    device.on('message', (data) => {
      if (sfu.readyState === WebSocket.OPEN) sfu.send(bytesOf(data));
      else early.push(bytesOf(data));
    });
    sfu.on('open', () => {
      for (const bytes of early) sfu.send(bytes);
    });
    sfu.on('message', (data) => {
      const response = SignalResponse.fromBinary(bytesOf(data));
      const before = response.toBinary();
      lie(response, passenger);
      const after = response.toBinary();
      if (!Buffer.from(before).equals(after)) lies += 1;
      device.send(after);
    });
    const end = () => {
      passengers.delete(passenger);
      device.close();
      sfu.close();
    };
    for (const socket of [device, sfu]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(port, ADDRESS, resolve));
  return {
    url: `http://${ADDRESS}:${port}`,
    passengers: () => [...passengers],
    lies: () => lies,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
