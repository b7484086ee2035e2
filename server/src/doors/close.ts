import type { Refusal } from '@parley/protocol/bytes';
import type { WebSocket } from 'ws';

/** Close code of a socket that was refused something; the reason is the refusal's code (NODE7). */
const REFUSED = 4000;
/** Close code of a socket whose device opened a newer one. */
export const REPLACED = 4001;

/** How long a closed socket may take to say goodbye. */
const GOODBYE_MS = 1_000;

/** Closes a socket with a refusal, and cuts it off if the other end does not answer. */
export const closeWith = (socket: WebSocket, refusal: Refusal, code = REFUSED): void => {
  socket.close(code, refusal.code);
  const cut = setTimeout(() => socket.terminate(), GOODBYE_MS);
  cut.unref();
  socket.once('close', () => clearTimeout(cut));
};
