export { createFrameWorker, type FrameWorker } from './frame-worker.ts';
