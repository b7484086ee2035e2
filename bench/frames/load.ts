/** A frame as far as the workers under measurement look at it. */
export type Fake = {
  data: ArrayBuffer;
  readonly timestamp: number;
  readonly type?: 'key' | 'delta';
  readonly getMetadata: () => { readonly mimeType: string; readonly synchronizationSource: number };
};

/** One kind of frame that is measured. */
export type Load = {
  readonly name: string;
  readonly mimeType: 'audio/opus' | 'video/VP9';
  readonly bytes: number;
  readonly everyMs: number;
};

export const LOADS: readonly Load[] = [
  { name: 'Opus 120 B', mimeType: 'audio/opus', bytes: 120, everyMs: 20 },
  { name: 'VP9 8 kB', mimeType: 'video/VP9', bytes: 8_000, everyMs: 33 },
  { name: 'VP9 60 kB', mimeType: 'video/VP9', bytes: 60_000, everyMs: 33 },
];

/** Makes `count` frames of a load: new objects, the same bytes. */
export const makeFrames = ({ mimeType, bytes }: Load, count: number): Fake[] => {
  const one = new Uint8Array(bytes);
  for (let n = 0; n < bytes; n += 1) one[n] = (n * 31) & 255;
  one[0] = 0x86;
  const metadata = { mimeType, synchronizationSource: 7 };
  return Array.from({ length: count }, (_, n) => {
    const frame = { data: one.slice().buffer, timestamp: n * 960, getMetadata: () => metadata };
    return mimeType === 'audio/opus' ? frame : { ...frame, type: 'delta' as const };
  });
};

/** Both ends of a pipe under measurement: frames are asked for one after the other. */
export type Track = {
  readonly readable: ReadableStream<Fake>;
  readonly writable: WritableStream<Fake>;
  /** Frames that came out, once as many came as went in. */
  readonly all: Promise<readonly Fake[]>;
};

/** A track of these frames. It stays open when they are through. */
export const trackOf = (frames: readonly Fake[]): Track => {
  const came: Fake[] = [];
  const left = [...frames].reverse();
  const all = Promise.withResolvers<readonly Fake[]>();
  const readable = new ReadableStream<Fake>(
    {
      pull: (controller) => {
        const frame = left.pop();
        if (frame) controller.enqueue(frame);
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Fake>({
    write: (frame) => {
      came.push(frame);
      if (came.length === frames.length) all.resolve(came);
    },
  });
  return { readable, writable, all: all.promise };
};
