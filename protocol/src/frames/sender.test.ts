import { expect, test } from 'vitest';
import { Refusal } from '../bytes/index.ts';
import { deriveCipher } from './cipher.ts';
import type { Epoch } from './epoch.ts';
import { openFrame, readLayout } from './frame.ts';
import { makeKid, splitKid } from './kid.ts';
import { decodeProof, digestOf, lastOf, NO_FRAME, type Proof } from './proof.ts';
import { createSender, type SendStream } from './sender.ts';
import { makeEpoch, makeSeat, makeSender, type Sent, sealMany, signerOf } from './testing.ts';

const seat = makeSeat(1, 'bb');
const START = 1_000_000;
const frame = { codec: 'opus', keyFrame: false, data: Uint8Array.of(1, 2, 3) } as const;

const headerOf = ({ bytes }: Pick<Sent, 'bytes'>) => {
  const layout = readLayout('opus', bytes);
  if (layout instanceof Refusal) throw new Error(layout.code);
  return { ...layout.header, ...splitKid(layout.header.kid) };
};

const proofsOf = async (epoch: Epoch, stream: SendStream, frames: readonly Sent[]): Promise<(Proof | null)[]> => {
  const cipher = await deriveCipher(epoch.baseKey, makeKid(stream.stream, seat.leaf, epoch.epoch), 'decrypt');
  const proofs: (Proof | null)[] = [];
  for (const { bytes } of frames) {
    const layout = readLayout('opus', bytes);
    if (layout instanceof Refusal) throw new Error(layout.code);
    const opened = await openFrame(cipher, 'opus', bytes, layout);
    if (opened instanceof Refusal) throw new Error(opened.code);
    const proof = opened.proof.length > 0 ? decodeProof(opened.proof) : null;
    if (proof instanceof Refusal) throw new Error(proof.code);
    proofs.push(proof);
  }
  return proofs;
};

test('[FRAME4] streams are numbered from 0, counters too, and both go on through epochs', async () => {
  const first = await makeEpoch(5, [seat], seat.leaf);
  const second = await makeEpoch(6, [seat], seat.leaf);
  const sender = await makeSender(seat, first);
  sender.install(second, await signerOf(seat));
  const streams = [sender.open(), sender.open()];
  expect(streams.map(({ stream }) => stream)).toEqual([0, 1]);
  const before = await sealMany(sender.open(), 'opus', 'f', 3, START);
  expect(before.map(headerOf)).toMatchObject([0, 1, 2].map((counter) => ({ stream: 2, leaf: 1, epoch: 5, counter })));
  const stream = sender.open();
  await sealMany(stream, 'opus', 'f', 3, START);
  sender.use(1, 6);
  const after = await sealMany(stream, 'opus', 'g', 3, START + 60);
  expect(after.map(headerOf)).toMatchObject([3, 4, 5].map((counter) => ({ stream: 3, leaf: 1, epoch: 6, counter })));
});

test('[FRAME4] a frame that is being sealed while the epoch changes leaves under the new one only', async () => {
  const first = await makeEpoch(5, [seat], seat.leaf);
  const second = await makeEpoch(6, [seat], seat.leaf);
  const sender = await makeSender(seat, first);
  sender.install(second, await signerOf(seat));
  const stream = sender.open();
  await sealMany(stream, 'opus', 'f', 2, START);
  const sealing = stream.seal(frame, START + 40);
  sender.use(1, 6);
  const sent = await sealing;
  if (sent instanceof Refusal) throw new Error(sent.code);
  expect(headerOf({ bytes: sent })).toMatchObject({ epoch: 6 });
  const later = await sealMany(stream, 'opus', 'g', 3, START + 60);
  const all = [{ bytes: sent, at: 0, name: '' }, ...later];
  expect(new Set(all.map((one) => headerOf(one).counter)).size).toBe(4);
  // What never left is listed as such, and the frame that took its place by its digest.
  const [proof] = (await proofsOf(second, stream, all)).filter((one) => one !== null);
  if (!proof) throw new Error('no proof');
  const { counter } = headerOf({ bytes: sent });
  const listed = (n: number) => proof.digests.slice((n - proof.first) * 10, (n - proof.first + 1) * 10);
  expect(listed(counter)).toEqual(await digestOf(sent));
  if (counter > 2) expect(listed(2)).toEqual(NO_FRAME);
});

test('[FRAME10] nothing leaves without an epoch, after a halt, or when halted while being sealed', async () => {
  const epoch = await makeEpoch(5, [seat], seat.leaf);
  const sender = createSender();
  const stream = sender.open();
  expect(await stream.seal(frame, START)).toMatchObject({ code: 'frames.no-key' });
  expect(sender.use(1, 5)).toMatchObject({ code: 'frames.epoch' });
  sender.install(epoch, await signerOf(seat));
  expect(await stream.seal(frame, START)).toMatchObject({ code: 'frames.no-key' });
  expect(sender.use(1, 5)).toBeUndefined();
  expect(await stream.seal(frame, START)).not.toBeInstanceOf(Refusal);
  const sealing = stream.seal(frame, START + 20);
  sender.halt();
  expect(await sealing).toMatchObject({ code: 'frames.no-key' });
  expect(await stream.seal(frame, START + 40)).toMatchObject({ code: 'frames.no-key' });
  sender.use(1, 5);
  expect(await stream.seal(frame, START + 60)).not.toBeInstanceOf(Refusal);
  sender.forget(1, 5);
  expect(await stream.seal(frame, START + 80)).toMatchObject({ code: 'frames.no-key' });
});

test('[PROOF4] each proof rides in the frame after its signature, and covers all since the last but one', async () => {
  const epoch = await makeEpoch(5, [seat], seat.leaf);
  const stream = (await makeSender(seat, epoch)).open();
  const frames = await sealMany(stream, 'opus', 'f', 200, START);
  const proofs = await proofsOf(epoch, stream, frames);
  const riding = proofs.flatMap((proof, n) => (proof ? [{ ...proof, n, last: lastOf(proof) }] : []));
  expect(riding.slice(0, 2).map(({ n }) => n)).toEqual([1, 4]);
  for (const { n, last, time } of riding) {
    expect(last).toBe(n - 1);
    expect(time).toBe(frames[last]?.at);
  }
  for (let n = 2; n < riding.length; n += 1) expect(riding[n]?.first).toBe((riding[n - 2]?.last ?? 0) + 1);
  const settled = riding.filter(({ time }) => time >= START + 1500);
  for (let n = 1; n < settled.length; n += 1) expect(settled[n]!.time - settled[n - 1]!.time).toBe(200);
});

test('[PROOF9] with loss each proof rides in more frames and reaches further back', async () => {
  const epoch = await makeEpoch(5, [seat], seat.leaf);
  const stream = (await makeSender(seat, epoch)).open();
  stream.setLoss(0.2);
  const frames = await sealMany(stream, 'opus', 'f', 200, START);
  const proofs = (await proofsOf(epoch, stream, frames)).flatMap((proof) => (proof ? [lastOf(proof)] : []));
  const rides = new Map<number, number>();
  for (const last of proofs) rides.set(last, (rides.get(last) ?? 0) + 1);
  expect([...rides.values()].slice(0, -1).every((times) => times === 3)).toBe(true);
});
