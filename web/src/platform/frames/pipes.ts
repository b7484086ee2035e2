import { Refusal } from '@parley/protocol/bytes';
import {
  codecOfMimeType,
  createReceiver,
  createSender,
  type Epoch,
  frameSigner,
  free,
  importBaseKey,
  type MediaCodec,
  type SendStream,
} from '@parley/protocol/frames';
import { type EpochMessage, type FromWorker, HELD_MS, type PipeCounts, type ToWorker } from './control.ts';

/** What is used of the browser's encoded frames (RTCEncodedVideoFrame, RTCEncodedAudioFrame). */
export type BrowserFrame = {
  data: ArrayBuffer;
  readonly type?: 'key' | 'delta' | 'empty';
  readonly getMetadata: () => { readonly mimeType?: string };
};

/** All pipes of one device, behind the control protocol. */
export type Pipes = {
  /** Carries out one message of the page. Messages take effect in the order in which they came. */
  readonly handle: (message: ToWorker) => Promise<void>;
  /** Lets time pass; to be called some ten times a second. */
  readonly tick: () => void;
  /** Says the counts of all pipes. */
  readonly count: () => void;
};

type Tally = { in: number; out: number; readonly dropped: Record<string, number> };
type Controller = TransformStreamDefaultController<BrowserFrame>;
type Attached = {
  readonly tally: Tally;
  readonly stop: AbortController;
  readonly stream?: SendStream;
  controller?: Controller;
};
/** A pause of our own says nothing against a sender: of the time since the last look no more counts. */
const PAUSE_MS = 200;

/** Until new keys stand, or frames have waited long enough for them. */
type Halt = { readonly over: Promise<void>; readonly end: () => void };

type Attach = Extract<ToWorker, { kind: 'attach' }>;

/**
 * The worker's inside, without the worker: `say` takes what goes to the page, `now` is milliseconds since 1970.
 * A frame that comes in is either given back with its bytes replaced, or not at all.
 */
export const createPipes = (say: (message: FromWorker) => void, now: () => number): Pipes => {
  const attached = new Map<number, Attached>();
  const sender = createSender();

  let looked = now();
  let awake = looked;
  const attend = (): number => {
    const at = now();
    awake += Math.min(Math.max(at - looked, 0), PAUSE_MS);
    looked = at;
    return awake;
  };

  const drop = (pipe: number, code: string): void => {
    const tally = attached.get(pipe)?.tally;
    if (tally) tally.dropped[code] = (tally.dropped[code] ?? 0) + 1;
  };

  const pass = (pipe: number, frame: BrowserFrame, data: ArrayBuffer): void => {
    const entry = attached.get(pipe);
    if (!entry?.controller) return;
    const before = frame.data;
    frame.data = data;
    free(before);
    try {
      entry.controller.enqueue(frame);
      entry.tally.out += 1;
    } catch {
      drop(pipe, 'frames.detached'); // its connection closed while the frame was held
    }
  };

  const receiver = createReceiver<BrowserFrame>({ pass, drop, say });

  // One codec is the rule: asking the table again for each frame is what is spared.
  const codecReader = (): ((frame: BrowserFrame) => MediaCodec | Refusal) => {
    let mimeType: string | undefined;
    let codec: MediaCodec | Refusal = new Refusal('frames.codec');
    return (frame) => {
      const said = frame.getMetadata().mimeType;
      if (said !== mimeType) {
        mimeType = said;
        codec = codecOfMimeType(said);
      }
      return codec;
    };
  };

  let halt: Halt | null = null;
  const hold = (): Halt => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => {
      clearTimeout(timer);
      halt = null;
      resolve();
    };
    const timer = setTimeout(end, HELD_MS);
    return { over: promise, end };
  };

  const seal = async (pipe: number, stream: SendStream, frame: BrowserFrame, codec: MediaCodec): Promise<void> => {
    const keyFrame = frame.type === 'key';
    for (;;) {
      if (halt) await halt.over;
      const sealed = await stream.seal({ codec, keyFrame, data: new Uint8Array(frame.data) }, now());
      if (!(sealed instanceof Refusal)) return pass(pipe, frame, sealed.buffer);
      // Halted while it was being sealed: it waits like those behind it.
      if (!halt || sealed.code !== 'frames.no-key') return drop(pipe, sealed.code);
    }
  };

  const transformOf = ({ pipe }: Attach, entry: Attached): Transformer<BrowserFrame, BrowserFrame> => {
    const codecOf = codecReader();
    return {
      start: (controller) => {
        entry.controller = controller;
      },
      transform: async (frame) => {
        entry.tally.in += 1;
        const codec = codecOf(frame);
        if (codec instanceof Refusal) return drop(pipe, codec.code);
        try {
          if (entry.stream) await seal(pipe, entry.stream, frame, codec);
          else await receiver.receive(pipe, frame, new Uint8Array(frame.data), codec, attend(), now());
        } catch (error) {
          say({ kind: 'alarm', code: 'frames.broken', pipe });
          throw error; // ends the pipe: better no media than media that nobody judged
        }
      },
    };
  };

  const detach = (pipe: number): void => {
    attached.get(pipe)?.stop.abort();
    attached.delete(pipe);
    receiver.detach(pipe);
  };

  const attach = (message: Attach): void => {
    const { pipe, readable, writable } = message;
    if (attached.has(pipe)) throw new Error(`pipe ${pipe} is attached already`);
    const stop = new AbortController();
    const tally: Tally = { in: 0, out: 0, dropped: {} };
    const entry: Attached = message.direction === 'send' ? { tally, stop, stream: sender.open() } : { tally, stop };
    attached.set(pipe, entry);
    if (message.direction === 'receive')
      receiver.attach(pipe, { delegation: message.delegation, media: message.media });
    readable
      .pipeThrough(new TransformStream(transformOf(message, entry)), { signal: stop.signal })
      .pipeTo(writable, { signal: stop.signal })
      .catch(() => undefined) // its connection closed, or its transform failed and has said so
      .finally(() => {
        if (attached.get(pipe) === entry) detach(pipe);
      });
  };

  const install = async (message: EpochMessage): Promise<void> => {
    const { meeting, circle, generation, epoch: number, authenticator, ownLeaf, leaves, frameSeed } = message;
    const baseKey = await importBaseKey(message.baseKey);
    message.baseKey.fill(0);
    const epoch: Epoch = { meeting, circle, generation, epoch: number, authenticator, ownLeaf, leaves, baseKey };
    const refused = receiver.install(epoch);
    if (refused) return say({ kind: 'alarm', code: refused.code });
    if (!frameSeed) return;
    const own = leaves.find(({ leaf }) => leaf === ownLeaf);
    if (!own) return say({ kind: 'alarm', code: 'frames.leaf' });
    const signer = await frameSigner(frameSeed, own.frameKey);
    frameSeed.fill(0);
    if (signer instanceof Refusal) return say({ kind: 'alarm', code: signer.code });
    sender.install(epoch, signer);
  };

  const carryOut = async (message: ToWorker): Promise<void> => {
    switch (message.kind) {
      case 'attach':
        return attach(message);
      case 'detach':
        return detach(message.pipe);
      case 'epoch':
        return install(message);
      case 'send': {
        const refused = sender.use(message.generation, message.epoch);
        if (refused) say({ kind: 'alarm', code: refused.code });
        halt?.end();
        return;
      }
      case 'halt':
        sender.halt();
        halt ??= hold();
        return;
      case 'retire':
        sender.forget(message.generation, message.epoch);
        return receiver.retire(message.generation, message.epoch, message.afterMs, attend());
      case 'block':
        return receiver.block(message.seating);
      case 'bound':
        return receiver.bound(message.pipe, message.binding, attend());
      case 'clock':
        return receiver.setClock(message.seating, message);
      case 'loss':
        attached.get(message.pipe)?.stream?.setLoss(message.fraction);
    }
  };

  let queue: Promise<void> = Promise.resolve();
  return {
    handle: (message) => {
      const done = queue.then(() => carryOut(message));
      queue = done.catch(() => undefined);
      return done;
    },
    tick: () => receiver.tick(attend()),
    count: () => {
      if (attached.size === 0) return;
      const pipes: PipeCounts[] = [...attached].map(([pipe, { tally }]) => ({
        pipe,
        in: tally.in,
        out: tally.out,
        dropped: { ...tally.dropped },
      }));
      say({ kind: 'counts', pipes });
    },
  };
};
