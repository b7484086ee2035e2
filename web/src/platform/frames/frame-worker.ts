import type { FromWorker, ToWorker } from './control.ts';

/** The page's end of the frame worker. */
export type FrameWorker = {
  /** The worker itself, for those who give it streams and hear it on their own. */
  readonly worker: Worker;
  /** Sends one message; the streams of an `attach` are given away. */
  readonly post: (message: ToWorker) => void;
  /** Hears every message until the returned function is called. */
  readonly hear: (listener: (said: FromWorker) => void) => () => void;
  /** Ends the worker, and with it all media of the device: sitting anew makes a new one. */
  readonly close: () => void;
};

/** Starts the device's one frame worker. Its failure is said as the alarm `frames.broken`; media then stand still. */
export const createFrameWorker = (): FrameWorker => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'frames' });
  const listeners = new Set<(said: FromWorker) => void>();
  const tell = (said: FromWorker): void => {
    for (const listener of listeners) listener(said);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => tell(data));
  worker.addEventListener('error', () => tell({ kind: 'alarm', code: 'frames.broken' }));
  return {
    worker,
    post: (message) =>
      worker.postMessage(message, message.kind === 'attach' ? [message.readable, message.writable] : []),
    hear: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => worker.terminate(),
  };
};
