import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';

/** As much of a WebSocket as a door uses, with nobody at its other end. */
class DeafSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly said: Uint8Array[] = [];
  reason: string | null = null;
  send(bytes: Uint8Array) {
    this.said.push(bytes);
  }
  ping() {}
  resume() {}
  terminate() {}
  close(_code: number, reason: string) {
    this.reason ??= reason;
    this.readyState = 3;
    this.emit('close', 4000);
  }
}

/** One of these, and the same as a door takes it. */
export const deafSocket = (): { readonly socket: DeafSocket; readonly raw: WebSocket } => {
  const socket = new DeafSocket();
  return { socket, raw: socket as unknown as WebSocket }; // a door calls nothing else of it
};
