import { ed25519 } from '@noble/curves/ed25519.js';
import { type Bytes, Refusal, type Signer } from '../bytes/index.ts';
import { importBaseKey } from './cipher.ts';
import type { MediaCodec } from './codec.ts';
import type { Epoch, Leaf } from './epoch.ts';
import type { ReceiverEvent } from './events.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { createSender, type Sender, type SendStream } from './sender.ts';
import { frameSigner } from './signer.ts';

/** For tests: seats with frame keys, epochs, and a receiver that writes down what it decides. */

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** So many bytes of a generator. */
export const someBytes = (random: () => number, length: number): Bytes =>
  Uint8Array.from({ length }, () => Math.floor(random() * 256));

/** A seat: its leaf, and the seed of its frame key. */
export type Seat = Leaf & { readonly seed: Bytes };

/** A seat of a delegation; leaf, seating and key follow from `index`. */
export const makeSeat = (index: number, delegation: string): Seat => {
  const seed = new Uint8Array(32).fill(index + 1);
  return { leaf: index, seating: 100 + index, delegation, frameKey: new Uint8Array(ed25519.getPublicKey(seed)), seed };
};

/** An epoch of the table as one seat holds it; `secret` makes its base key. */
export const makeEpoch = async (
  epoch: number,
  seats: readonly Seat[],
  ownLeaf: number,
  secret = epoch,
  generation = 1,
): Promise<Epoch> => ({
  meeting: new Uint8Array(16).fill(7),
  circle: 'table',
  generation,
  epoch,
  authenticator: new Uint8Array(32).fill(secret),
  baseKey: await importBaseKey(new Uint8Array(32).fill(secret)),
  ownLeaf,
  leaves: seats,
});

/** The signer of a seat. */
export const signerOf = async ({ seed, frameKey }: Seat): Promise<Signer> => {
  const signer = await frameSigner(seed, frameKey);
  if (signer instanceof Refusal) throw new Error(signer.detail);
  return signer;
};

/** A sender of a seat that stands in an epoch. */
export const makeSender = async (seat: Seat, epoch: Epoch): Promise<Sender> => {
  const sender = createSender();
  sender.install({ ...epoch, ownLeaf: seat.leaf }, await signerOf(seat));
  sender.use(epoch.generation, epoch.epoch);
  return sender;
};

/** A sent frame, and when. */
export type Sent = { readonly bytes: Bytes; readonly at: number; readonly name: string };

/** Media of a frame: a name that can be read again from what is passed on. */
const mediaOf = (codec: MediaCodec, name: string, keyFrame: boolean): Bytes => {
  const head =
    codec === 'opus' ? [] : codec === 'vp9' ? [keyFrame ? 0x82 : 0x86] : new Array(10).fill(keyFrame ? 0 : 1);
  return Uint8Array.from([...head, ...new TextEncoder().encode(name)]);
};

/** Seals `count` frames, one every `every` ms from `from` on, named `name` and their number; the first is a key frame. */
export const sealMany = async (
  stream: SendStream,
  codec: MediaCodec,
  name: string,
  count: number,
  from: number,
  every = codec === 'opus' ? 20 : 40,
): Promise<Sent[]> => {
  const sent: Sent[] = [];
  for (let n = 0; n < count; n += 1) {
    const at = from + n * every;
    const keyFrame = codec !== 'opus' && n === 0;
    const bytes = await stream.seal({ codec, keyFrame, data: mediaOf(codec, `${name}${n}`, keyFrame) }, at);
    if (bytes instanceof Refusal) throw new Error(bytes.code);
    sent.push({ bytes, at, name: `${name}${n}` });
  }
  return sent;
};

/** What a receiver decided. */
export type Witness = {
  readonly receiver: Receiver<string>;
  /** `pipe:name` of each frame passed on; names as they were sealed. */
  readonly passed: string[];
  /** Refusal codes, in order. */
  readonly dropped: string[];
  readonly events: ReceiverEvent[];
  /** States said of a pipe, in order. */
  readonly states: (pipe: number) => string[];
};

const HEAD: { readonly [C in MediaCodec]: number } = { opus: 0, vp9: 1, vp8: 10 };

/** A receiver whose page answers every `bind` at once, unless `answers` is false. */
export const witness = (codec: MediaCodec, clock: { now: number }, answers = true): Witness => {
  const passed: string[] = [];
  const dropped: string[] = [];
  const events: ReceiverEvent[] = [];
  const receiver = createReceiver<string>({
    pass: (pipe, _token, media) => passed.push(`${pipe}:${new TextDecoder().decode(media.slice(HEAD[codec]))}`),
    drop: (_pipe, code) => dropped.push(code),
    say: (event) => {
      events.push(event);
      if (event.kind === 'bind' && answers) receiver.bound(event.pipe, event.binding, clock.now);
    },
  });
  const states = (pipe: number) =>
    events.flatMap((event) => (event.kind === 'proof' && event.pipe === pipe ? [event.state] : []));
  return { receiver, passed, dropped, events, states };
};

/** Lets frames arrive on a pipe, each `delay` ms after it was sent, with a tick before each. */
export const deliver = async (
  { receiver }: Witness,
  pipe: number,
  codec: MediaCodec,
  clock: { now: number },
  frames: readonly Sent[],
  delay = 30,
): Promise<void> => {
  for (const { bytes, at, name } of frames) {
    clock.now = Math.max(clock.now, at + delay);
    receiver.tick(clock.now);
    await receiver.receive(pipe, name, bytes, codec, clock.now, clock.now);
  }
};
