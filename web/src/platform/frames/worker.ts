/** The frame worker: one a device, for all pipes of all its connections. */
import type { ToWorker } from './control.ts';
import { createPipes } from './pipes.ts';

const TICK_MS = 50;
const COUNTS_MS = 500;

const pipes = createPipes((message) => self.postMessage(message), Date.now);

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  // What fails here is a bug: it stops media (nothing is passed on) and must be heard of.
  pipes.handle(data).catch((error: unknown) => {
    self.postMessage({ kind: 'alarm', code: 'frames.broken' });
    throw error;
  });
});
setInterval(pipes.tick, TICK_MS);
setInterval(pipes.count, COUNTS_MS);
