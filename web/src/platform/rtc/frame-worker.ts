import type { ToWorker } from '../frames/control.ts';

/** The frame worker, seen from here: something that takes messages and whole streams. */
export type FrameWorker = {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
};
