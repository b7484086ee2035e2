import { readFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';

/** Files of a certificate chain and its private key, in PEM. */
export type TlsFiles = { readonly certificate: string; readonly key: string };

/** How long a connection may be silent, or take to say what it wants, in ms (NODE18). */
const SILENT_MS = 10_000;
const PATIENCE = { headersTimeout: SILENT_MS, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 } as const;

/** A server that speaks TLS 1.3 with these files, or plain HTTP without them (a rehearsal on loopback). */
export const serverFor =
  (tls: TlsFiles | null) =>
  (handler: RequestListener): Server => {
    const server = tls ? secure(tls, handler) : createPlain(PATIENCE, handler);
    // Node's own limits begin with the first byte. Whoever takes a connection for a WebSocket lifts this one.
    server.timeout = SILENT_MS;
    return server;
  };

const secure = (tls: TlsFiles, handler: RequestListener): Server => {
  const files = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) };
  const options = { ...PATIENCE, ...files, minVersion: 'TLSv1.3', handshakeTimeout: SILENT_MS } as const;
  // Fastify is given the one type of server; both have what it and we use (listen, close, upgrade).
  return createSecure(options, handler) as unknown as Server;
};
