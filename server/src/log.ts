import { type FastifyBaseLogger, fastify } from 'fastify';

/**
 * Structured lines on standard output. Only fields that this code names are written: codes, numbers, roots. No
 * secrets, names of people, addresses of pages or query strings (NODE13).
 */
export const nodeLogger = (name: string, level: 'info' | 'silent'): FastifyBaseLogger =>
  fastify({
    logger: {
      level,
      base: { node: name },
      serializers: {
        req: (request) => ({ method: request.method }),
        res: (response) => ({ status: response.statusCode }),
        err: (error: Error) => ({ type: error.name, message: error.message, stack: error.stack ?? '' }),
      },
    },
  }).log;
