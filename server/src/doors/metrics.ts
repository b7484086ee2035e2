import type { Server } from 'node:http';
import { Refusal } from '@parley/protocol/bytes';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { refuseMalformed } from './malformed.ts';
import { serverFor } from './tls.ts';

/** What a node counts of itself, each asked for when somebody looks. No names, no secrets. */
export type Counted = {
  readonly meetings: () => number;
  /** Own and other delegates who sit, over all meetings. */
  readonly seated: () => number;
  readonly counterparts: () => number;
  /** Those of them that do not answer. */
  readonly away: () => Promise<number>;
  readonly sfuRuns: () => boolean;
  /** When the issuing key's certificate ends, in ms since 1970. */
  readonly certificateEnds: () => number;
  /** What counterparts have yet to be told, and what they refused for good. */
  readonly errands: () => Promise<{ readonly waiting: number; readonly refused: number }>;
};

const gauge = (registry: Registry, name: string, help: string, value: () => number | Promise<number>): void => {
  const made: Gauge = new Gauge({
    name: `parley_${name}`,
    help,
    registers: [registry],
    collect: async () => made.set(await value()),
  });
};

/**
 * The door for whoever watches this node: `GET /metrics` in Prometheus' format, plain HTTP, at an address that the
 * configuration names for it. Refuses `node.port`.
 */
export const metricsDoor = async (
  { address, port }: { readonly address: string; readonly port: number },
  counted: Counted,
): Promise<Server | Refusal> => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauge(registry, 'meetings', 'Meetings that are open here', counted.meetings);
  gauge(registry, 'seated', 'Delegates who sit, over all meetings', counted.seated);
  gauge(registry, 'counterparts', 'Counterparts whose roots are pinned', counted.counterparts);
  gauge(registry, 'counterparts_away', 'Counterparts whose nodes do not answer', counted.away);
  gauge(registry, 'sfu_up', 'Whether the SFU runs', () => (counted.sfuRuns() ? 1 : 0));
  gauge(registry, 'certificate_end_seconds', 'When the certificate of the issuing key ends, since 1970', () =>
    Math.floor(counted.certificateEnds() / 1_000),
  );
  gauge(
    registry,
    'errands_waiting',
    'What counterparts have yet to be told',
    async () => (await counted.errands()).waiting,
  );
  gauge(
    registry,
    'errands_refused',
    'What counterparts refused for good',
    async () => (await counted.errands()).refused,
  );
  const server = serverFor(null)((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.statusCode = 404;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ code: 'door.unknown-path', detail: '' }));
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.on('clientError', refuseMalformed);
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(new Refusal('node.port', error.message)));
    server.listen(port, address, () => resolve(server));
  });
};
