export type { EpochLeaf, FromWorker, Media, PipeCounts, ProofState, ToWorker } from './control.ts';
export { createFrameWorker, type FrameWorker } from './frame-worker.ts';
