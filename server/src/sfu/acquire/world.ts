import type { Archive } from './release.ts';

/** What the ways of acquiring look at and act through; tests give their own. */
export type World = {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Parley's cache folder. */
  readonly cache: string;
  /** Where the release lies, and the archive of this machine, or null where none is published. */
  readonly release: { readonly host: string; readonly archive: Archive | null };
  /** How long a download may keep silent. */
  readonly answerWithinMs: number;
  /** Says one line to the person who waits. */
  readonly say: (line: string) => void;
  /** Aborted when the person no longer waits. */
  readonly signal: AbortSignal | undefined;
};
