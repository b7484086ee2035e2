/** The measuring worker of the browser: runs every lane over every load, interleaved, and posts microseconds a frame. */
import { bareLane, type Lane, livekitLane, plainLane, proofLane } from './lanes.ts';
import { LOADS, makeFrames } from './load.ts';

/** Microseconds a frame of one lane, load and direction, one number a round; and bytes that sealing added. */
export type Timing = {
  readonly lane: string;
  readonly load: string;
  readonly work: 'seal' | 'open';
  readonly micros: number[];
  added: number;
};

// Long enough that a stream's first second, with its many proofs, is a small part.
const FRAMES = 300;
const ROUNDS = 20;

const total = (frames: readonly { readonly data: ArrayBuffer }[]): number =>
  frames.reduce((sum, { data }) => sum + data.byteLength, 0);

const run = async (): Promise<Timing[]> => {
  const lanes: Lane[] = [await bareLane(), await livekitLane(), await plainLane(), await proofLane()];
  const timings = new Map<string, Timing>();
  const note = (lane: string, load: string, work: 'seal' | 'open', ms: number, added: number): void => {
    const label = `${lane}/${load}/${work}`;
    const timing = timings.get(label) ?? { lane, load, work, micros: [], added };
    timing.micros.push((ms * 1000) / FRAMES);
    timings.set(label, timing);
  };
  // The first round warms up and is not counted.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const load of LOADS) {
      for (let n = 0; n < lanes.length; n += 1) {
        const lane = lanes[(n + round) % lanes.length];
        if (!lane) continue;
        const frames = makeFrames(load, FRAMES);
        const plain = total(frames);
        const began = performance.now();
        const sealed = await lane.seal(frames, load);
        const between = performance.now();
        const added = (total(sealed) - plain) / FRAMES;
        const started = performance.now();
        const opened = await lane.open(sealed, load);
        const ended = performance.now();
        if (total(opened) !== plain) throw new Error(`${lane.name} lost bytes`);
        if (round === 0) continue;
        note(lane.name, load.name, 'seal', between - began, added);
        note(lane.name, load.name, 'open', ended - started, added);
      }
    }
  }
  return [...timings.values()];
};

run().then(
  (timings) => self.postMessage({ kind: 'timings', timings }),
  (error: unknown) => self.postMessage({ kind: 'failed', error: String(error instanceof Error ? error.stack : error) }),
);
