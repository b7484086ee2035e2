import type { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';

const BODY = JSON.stringify({ code: 'door.malformed', detail: '' });
const HEAD = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}`;

/** Answers what is no HTTP, at the socket on which it came (NODE7); nothing where that is gone. */
export const refuseMalformed = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else socket.end(`${HEAD}\r\n\r\n${BODY}`, () => socket.destroy());
};

/** Answers what is HTTP and names no place that could be one. */
export const refuseAddress = (_error: unknown, _request: unknown, reply: FastifyReply): void => {
  reply.code(400).send({ code: 'door.malformed', detail: '' });
};
