import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromHex, Refusal, toHex } from '../bytes/index.ts';
import { importBaseKey } from './cipher.ts';
import type { MediaCodec } from './codec.ts';
import type { Epoch } from './epoch.ts';
import { createReceiver } from './receiver.ts';
import { createSender } from './sender.ts';
import { frameSigner } from './signer.ts';

/** A seat, an epoch, and for each codec what a sender of this specification makes of some frames at given times. */
type Vectors = {
  readonly about: string;
  readonly meeting: string;
  readonly circle: string;
  readonly generation: number;
  readonly epoch: number;
  readonly authenticator: string;
  readonly baseKey: string;
  readonly leaf: number;
  readonly frameSeed: string;
  readonly frameKey: string;
  readonly streams: readonly {
    readonly codec: MediaCodec;
    readonly frames: readonly { at: number; keyFrame: boolean; encoded: string; sent: string }[];
  }[];
};

const file = new URL('../../vectors/frames.json', import.meta.url);

/** What a sender makes of the vectors' frames. */
const made = async (vectors: Vectors): Promise<Vectors> => {
  const frameKey = fromHex(vectors.frameKey);
  const signer = await frameSigner(fromHex(vectors.frameSeed), frameKey);
  if (signer instanceof Refusal) throw new Error(signer.code);
  const { circle, generation, epoch: number, leaf } = vectors;
  const epoch: Epoch = {
    meeting: fromHex(vectors.meeting),
    circle,
    generation,
    epoch: number,
    authenticator: fromHex(vectors.authenticator),
    baseKey: await importBaseKey(fromHex(vectors.baseKey)),
    ownLeaf: leaf,
    leaves: [],
  };
  const sender = createSender();
  sender.install(epoch, signer);
  sender.use(generation, number);
  const streams = [];
  for (const { codec, frames } of vectors.streams) {
    const stream = sender.open();
    const sealed = [];
    for (const frame of frames) {
      const sent = await stream.seal({ codec, keyFrame: frame.keyFrame, data: fromHex(frame.encoded) }, frame.at);
      if (sent instanceof Refusal) throw new Error(sent.code);
      sealed.push({ ...frame, sent: toHex(sent) });
    }
    streams.push({ codec, frames: sealed });
  }
  return { ...vectors, streams };
};

test('[FRAME6, PROOF4] a sender makes of the vectors’ frames exactly the bytes that stand there', async () => {
  const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'));
  const again = await made(vectors);
  if (process.env.PARLEY_WRITE_VECTORS) writeFileSync(file, `${JSON.stringify(again, null, 1)}\n`);
  expect(again).toEqual(vectors);
});

test('[FRAME6, PROOF5] a receiver takes the vectors’ frames back to what was encoded', async () => {
  const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'));
  const shown: string[] = [];
  const receiver = createReceiver<null>({
    pass: (_pipe, _token, media) => shown.push(toHex(new Uint8Array(media))),
    drop: (_pipe, code) => shown.push(code),
    say: (event) => {
      if (event.kind === 'bind') receiver.bound(event.pipe, event.binding, 0);
    },
  });
  receiver.install({
    meeting: fromHex(vectors.meeting),
    circle: vectors.circle,
    generation: vectors.generation,
    epoch: vectors.epoch,
    authenticator: fromHex(vectors.authenticator),
    baseKey: await importBaseKey(fromHex(vectors.baseKey)),
    ownLeaf: 0,
    leaves: [{ leaf: vectors.leaf, seating: 9, delegation: 'aa', frameKey: fromHex(vectors.frameKey) }],
  });
  for (const [pipe, { codec, frames }] of vectors.streams.entries()) {
    receiver.attach(pipe, { delegation: 'aa', media: codec === 'opus' ? 'audio' : 'video' });
    for (const { at, sent } of frames) await receiver.receive(pipe, null, fromHex(sent), codec, at, at);
  }
  expect(shown).toEqual(vectors.streams.flatMap(({ frames }) => frames.map(({ encoded }) => encoded)));
});
