import { expect, test } from 'vitest';
import type { FromWorker, ToWorker } from './control.ts';
import { type BrowserFrame, createPipes, type Pipes } from './pipes.ts';

const BORLAND = 'bb'.repeat(32);
const START = 1_000_000;

type Device = { readonly pipes: Pipes; readonly said: FromWorker[] };

const keyPair = async () => {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('no pair');
  const frameKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const seed = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)).slice(-32);
  return { frameKey, seed };
};

const deviceAt = (clock: { now: number }, answers = true): Device => {
  const said: FromWorker[] = [];
  const pipes = createPipes(
    (message) => {
      said.push(message);
      if (message.kind === 'bind' && answers)
        void pipes.handle({ kind: 'bound', pipe: message.pipe, binding: message.binding });
    },
    () => clock.now,
  );
  return { pipes, said };
};

/** Two devices in an epoch; leaf 0 receives, leaf 1 sends. */
const table = async (answers = true) => {
  const clock = { now: START };
  const { frameKey, seed } = await keyPair();
  const epoch = (ownLeaf: number, frameSeed?: Uint8Array<ArrayBuffer>): ToWorker => ({
    kind: 'epoch',
    meeting: new Uint8Array(16),
    circle: 'table',
    generation: 1,
    epoch: 1,
    authenticator: new Uint8Array(32),
    baseKey: new Uint8Array(32).fill(9),
    ownLeaf,
    ...(frameSeed ? { frameSeed } : {}),
    leaves: [
      { leaf: 0, seating: 10, delegation: 'aa'.repeat(32), frameKey: new Uint8Array(32) },
      { leaf: 1, seating: 11, delegation: BORLAND, frameKey },
    ],
  });
  const receiving = deviceAt(clock, answers);
  const sending = deviceAt(clock);
  const again = seed.slice(); // the worker wipes what it is given
  await receiving.pipes.handle(epoch(0));
  await sending.pipes.handle(epoch(1, seed));
  return { clock, receiving, sending, epoch, seed, again };
};

const frameOf = (text: string, mimeType?: string): BrowserFrame => ({
  data: new TextEncoder().encode(text).buffer,
  getMetadata: () => (mimeType === undefined ? {} : { mimeType }),
});
const textOf = ({ data }: BrowserFrame) => new TextDecoder().decode(data);

/** One pipe of a device: put a frame in, and read what has come out once the device has dealt with it. */
const pipeOf = async (device: Device, clock: { now: number }, pipe: number, direction: 'send' | 'receive') => {
  const incoming = new TransformStream<BrowserFrame, BrowserFrame>();
  const out: BrowserFrame[] = [];
  const writable = new WritableStream<BrowserFrame>({
    write: (frame) => {
      out.push(frame);
    },
  });
  const ends = { readable: incoming.readable, writable };
  await device.pipes.handle(
    direction === 'send'
      ? { kind: 'attach', pipe, direction, media: 'audio', ...ends }
      : { kind: 'attach', pipe, direction, media: 'audio', delegation: BORLAND, ...ends },
  );
  const writer = incoming.writable.getWriter();
  const countOf = () => {
    device.pipes.count();
    const counts = device.said.filter((said) => said.kind === 'counts').at(-1);
    return counts?.pipes.find((one) => one.pipe === pipe);
  };
  let put = 0;
  return {
    out,
    countOf,
    writer,
    /** Puts a frame in and waits until it was passed on, dropped, or the transform is through with it. */
    put: async (frame: BrowserFrame) => {
      clock.now += 20;
      put += 1;
      await writer.write(frame);
      // The next write is asked for only when the transform of this one is done.
      await writer.ready;
      expect(countOf()?.in).toBe(put);
    },
  };
};

test('[FRAME11] a frame goes on with its bytes replaced or not at all, and comes out at the other end as it was', async () => {
  const { clock, receiving, sending } = await table();
  const up = await pipeOf(sending, clock, 1, 'send');
  await up.put(frameOf('in clear, before any key is used', 'audio/opus'));
  await expect.poll(() => up.countOf()?.dropped).toEqual({ 'frames.no-key': 1 });
  await sending.pipes.handle({ kind: 'send', generation: 1, epoch: 1 });
  const texts = Array.from({ length: 30 }, (_, n) => `sound ${n}`);
  for (const text of texts) await up.put(frameOf(text, 'audio/opus'));
  await expect.poll(() => up.out.length).toBe(30);
  expect(up.out.some((frame) => textOf(frame).includes('sound'))).toBe(false);
  const down = await pipeOf(receiving, clock, 1, 'receive');
  for (const frame of up.out) await down.put(frame);
  await expect.poll(() => down.out.map(textOf)).toEqual(texts);
  await down.put(frameOf('injected in clear, long enough to be one', 'audio/opus'));
  await expect.poll(() => Object.values(down.countOf()?.dropped ?? {}).length).toBe(1);
  expect(down.out).toHaveLength(30);
  expect(receiving.said.filter(({ kind }) => kind !== 'counts')).toMatchObject([
    { kind: 'bind', pipe: 1, binding: 1, seating: 11, media: 'audio' },
    { kind: 'proof', pipe: 1, seating: 11, state: 'proven' },
  ]);
});

test('[PROOF7] a pause of the device itself is not held against a sender, its silence is', async () => {
  const { clock, receiving, sending } = await table();
  await sending.pipes.handle({ kind: 'send', generation: 1, epoch: 1 });
  const up = await pipeOf(sending, clock, 1, 'send');
  for (let n = 0; n < 15; n += 1) await up.put(frameOf(`sound ${n}`, 'audio/opus'));
  await expect.poll(() => up.out.length).toBe(15);
  const down = await pipeOf(receiving, clock, 1, 'receive');
  for (const frame of up.out) await down.put(frame);
  await expect.poll(() => down.out.length).toBe(15);
  const states = () => receiving.said.flatMap((said) => (said.kind === 'proof' ? [said.state] : []));
  clock.now += 60_000;
  receiving.pipes.tick();
  expect(states()).toEqual(['proven']);
  for (let n = 0; n < 40; n += 1) {
    clock.now += 50;
    receiving.pipes.tick();
  }
  expect(states()).toEqual(['proven', 'unproven', 'dark']);
});

test('[FRAME5] other codecs, and frames that do not say theirs, go nowhere', async () => {
  const { clock, sending } = await table();
  await sending.pipes.handle({ kind: 'send', generation: 1, epoch: 1 });
  const up = await pipeOf(sending, clock, 1, 'send');
  for (const mimeType of ['video/H264', 'video/AV1', 'audio/red', undefined]) await up.put(frameOf('x', mimeType));
  await expect.poll(() => up.countOf()?.dropped).toEqual({ 'frames.codec': 4 });
  expect(up.out).toEqual([]);
});

test('[FRAME10] an epoch not held, held twice, or with another’s seed is an alarm, and nothing is sent', async () => {
  const { clock, epoch, sending, receiving, seed } = await table();
  await sending.pipes.handle({ kind: 'send', generation: 1, epoch: 2 });
  await sending.pipes.handle(epoch(1, seed));
  const other = deviceAt(clock);
  await other.pipes.handle(epoch(1, new Uint8Array(32).fill(1)));
  await other.pipes.handle(epoch(7));
  expect(sending.said).toEqual([
    { kind: 'alarm', code: 'frames.epoch' },
    { kind: 'alarm', code: 'frames.epoch' },
  ]);
  expect(other.said[0]).toEqual({ kind: 'alarm', code: 'frames.frame-key' });
  // Without a seed a device only receives.
  await receiving.pipes.handle({ kind: 'send', generation: 1, epoch: 1 });
  expect(receiving.said).toEqual([{ kind: 'alarm', code: 'frames.epoch' }]);
  const up = await pipeOf(receiving, clock, 1, 'send');
  await up.put(frameOf('x', 'audio/opus'));
  await expect.poll(() => up.countOf()?.dropped).toEqual({ 'frames.no-key': 1 });
});

test('[FRAME11] a frame that cannot be worked on ends its pipe, loudly; a pipe that closes or is detached just ends', async () => {
  const { clock, sending } = await table();
  await sending.pipes.handle({ kind: 'send', generation: 1, epoch: 1 });
  const closed = await pipeOf(sending, clock, 1, 'send');
  await closed.writer.abort(new Error('connection closed'));
  const detached = await pipeOf(sending, clock, 2, 'send');
  await sending.pipes.handle({ kind: 'detach', pipe: 2 });
  await expect(detached.writer.closed).rejects.toBeDefined();
  expect(sending.said).toEqual([]);
  const broken = await pipeOf(sending, clock, 3, 'send');
  const frame: BrowserFrame = {
    get data(): ArrayBuffer {
      throw new Error('the browser took it back');
    },
    getMetadata: () => ({ mimeType: 'audio/opus' }),
  };
  void broken.writer.write(frame);
  await expect(broken.writer.closed).rejects.toBeDefined();
  expect(sending.said).toEqual([{ kind: 'alarm', code: 'frames.broken', pipe: 3 }]);
  expect(broken.out).toEqual([]);
});

test('[FRAME10] what is encoded while keys change waits for the new ones, and is dropped when they are late', async () => {
  const { clock, receiving, sending, epoch, again } = await table();
  await sending.pipes.handle({ kind: 'send', generation: 1, epoch: 1 });
  const up = await pipeOf(sending, clock, 1, 'send');
  await up.put(frameOf('before', 'audio/opus'));
  await expect.poll(() => up.out.length).toBe(1);
  await sending.pipes.handle({ kind: 'halt' });
  void up.writer.write(frameOf('while keys change', 'audio/opus'));
  await expect.poll(() => up.countOf()?.in).toBe(2);
  const next = (message: ToWorker): ToWorker => (message.kind === 'epoch' ? { ...message, epoch: 2 } : message);
  await receiving.pipes.handle(next(epoch(0)));
  await sending.pipes.handle(next(epoch(1, again)));
  expect(up.out).toHaveLength(1);
  await sending.pipes.handle({ kind: 'send', generation: 1, epoch: 2 });
  await expect.poll(() => up.out.length).toBe(2);
  const down = await pipeOf(receiving, clock, 1, 'receive');
  for (const frame of up.out) await down.put(frame);

  await sending.pipes.handle({ kind: 'halt' });
  void up.writer.write(frameOf('no keys come', 'audio/opus'));
  await expect.poll(() => up.countOf()?.dropped).toEqual({ 'frames.no-key': 1 });
  expect(up.out).toHaveLength(2);
});
