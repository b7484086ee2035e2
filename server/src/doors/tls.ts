import { readFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';

/** Files of a certificate chain and its private key, in PEM. */
export type TlsFiles = { readonly certificate: string; readonly key: string };

/** A server that speaks TLS 1.3 with these files, or plain HTTP without them (a rehearsal on loopback). */
export const serverFor =
  (tls: TlsFiles | null) =>
  (handler: RequestListener): Server => {
    if (!tls) return createPlain(handler);
    const cert = readFileSync(tls.certificate);
    const key = readFileSync(tls.key);
    // Fastify is given the one type of server; both have what it and we use (listen, close, upgrade).
    return createSecure({ cert, key, minVersion: 'TLSv1.3' }, handler) as unknown as Server;
  };
