import type { PipeStatistics } from '../../platform/rtc/statistics.ts';

/** Somebody who is at an SFU, as that SFU tells it: good for comparison with the circle, never for a name on a tile. */
export type Present = {
  /** Transport name (LiveKit identity): random, told by each seat in its signed `transport` message. */
  readonly name: string;
  readonly audio: boolean;
  readonly video: boolean;
};

/** One delegation's SFU, as seen from here. */
export type LegFacts = {
  /** Hex of the delegation's root. */
  readonly delegation: string;
  /** `held`: its signalling is lost, and what flowed goes on as long as it can, while a new connection is made. */
  readonly state: 'idle' | 'connecting' | 'ready' | 'held' | 'mending' | 'closed';
  /** Our own transport name there, while ready or held; a new one with every connection. */
  readonly name: string | null;
  readonly present: readonly Present[];
};

/** One pipe: what the browser counted, and what the worker did with its frames. */
export type PipeFacts = PipeStatistics & {
  /** Frames that came to the worker, that it let through, and that it dropped by refusal code. */
  readonly sealedIn: number;
  readonly sealedOut: number;
  readonly dropped: Readonly<Record<string, number>>;
};

/** Everything that media knows, taken once a second. */
export type MediaFacts = {
  readonly atMs: number;
  readonly legs: readonly LegFacts[];
  readonly pipes: readonly PipeFacts[];
};
