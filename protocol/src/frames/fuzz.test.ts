import { expect, test } from 'vitest';
import { type Bytes, concat, Refusal } from '../bytes/index.ts';
import { readLayout } from './frame.ts';
import { HEADER_MAX, readHeader, writeHeader } from './header.ts';
import { decodeProof, encodeProof } from './proof.ts';
import { makeEpoch, makeSeat, makeSender, sealMany, seeded, someBytes, witness } from './testing.ts';

const seed = Number(process.env.PARLEY_SEED ?? Date.now() % 2 ** 31);
const INPUTS = 50_000;
console.info(`frames fuzz: PARLEY_SEED=${seed}`);

/** Random bytes, or one of `seeds` with bits flipped, bytes cut out, put in or repeated. */
const fuzzed = (random: () => number, seeds: readonly Bytes[], longest: number): Bytes => {
  const pick = (below: number) => Math.floor(random() * below);
  const base = seeds[pick(seeds.length)];
  if (!base || random() < 0.3) return someBytes(random, pick(longest));
  let bytes = Uint8Array.from(base);
  for (let changes = 1 + pick(4); changes > 0; changes -= 1) {
    const at = pick(bytes.length + 1);
    const kind = pick(4);
    if (kind === 0 && at < bytes.length) bytes[at]! ^= 1 << pick(8);
    if (kind === 1) bytes = concat(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + pick(6))));
    if (kind === 2) bytes = concat(bytes.subarray(0, at), someBytes(random, pick(6)), bytes.subarray(at));
    if (kind === 3) bytes = concat(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 12)));
  }
  return bytes;
};

test(`[FRAME1] headers: no crash, nothing accepted that is written otherwise (seed ${seed})`, () => {
  const random = seeded(seed);
  const out = new Uint8Array(HEADER_MAX);
  const seeds = [0, 7, 8, 300, 2 ** 42, 2 ** 53 - 1].map((n) => out.slice(0, writeHeader(n, n, out, 0)));
  let accepted = 0;
  for (let n = 0; n < INPUTS; n += 1) {
    const bytes = fuzzed(random, seeds, 20);
    const header = readHeader(bytes, 0);
    if (header instanceof Refusal) continue;
    accepted += 1;
    expect(writeHeader(header.kid, header.counter, out, 0)).toBe(header.length);
    expect(out.subarray(0, header.length)).toEqual(bytes.subarray(0, header.length));
  }
  expect(accepted).toBeGreaterThan(1000);
});

test(`[PROOF2] proofs: no crash, nothing accepted that is written otherwise (seed ${seed})`, () => {
  const random = seeded(seed + 1);
  const proofOf = (frames: number) =>
    encodeProof({ first: 70, time: 1e12, digests: someBytes(random, 10 * frames), signature: someBytes(random, 64) });
  const seeds = [proofOf(1), proofOf(3), proofOf(20)];
  let accepted = 0;
  for (let n = 0; n < INPUTS; n += 1) {
    const bytes = fuzzed(random, seeds, 400);
    const proof = decodeProof(bytes);
    if (proof instanceof Refusal) continue;
    accepted += 1;
    expect(encodeProof(proof)).toEqual(bytes);
  }
  expect(accepted).toBeGreaterThan(1000);
});

test(`[FRAME6] frames: no crash, and their parts lie within them (seed ${seed})`, async () => {
  const random = seeded(seed + 2);
  const victim = makeSeat(1, 'bb');
  const epoch = await makeEpoch(5, [makeSeat(0, 'aa'), victim], 0);
  const stream = (await makeSender(victim, epoch)).open();
  const codecs = ['opus', 'vp8', 'vp9'] as const;
  const seeds = (await Promise.all(codecs.map((codec) => sealMany(stream, codec, codec, 2, 1000)))).flat();
  let accepted = 0;
  for (let n = 0; n < INPUTS; n += 1) {
    const codec = codecs[n % 3] ?? 'opus';
    const bytes = fuzzed(
      random,
      seeds.map((frame) => frame.bytes),
      200,
    );
    const layout = readLayout(codec, bytes);
    if (layout instanceof Refusal) continue;
    accepted += 1;
    expect(layout.clear + layout.header.length + 17).toBeLessThan(bytes.length);
  }
  expect(accepted).toBeGreaterThan(1000);
});

test(`[FRAME7] a receiver: no crash, and nothing passed on that was not sealed (seed ${seed})`, {
  timeout: 60_000,
}, async () => {
  const random = seeded(seed + 3);
  const victim = makeSeat(1, 'bb');
  const epoch = await makeEpoch(5, [makeSeat(0, 'aa'), victim], 0);
  const frames = await sealMany((await makeSender(victim, epoch)).open(), 'opus', 'f', 30, 1000);
  const clock = { now: 1000 };
  const seen = witness('opus', clock);
  seen.receiver.install(epoch);
  seen.receiver.attach(1, { delegation: 'bb', media: 'audio' });
  for (let n = 0; n < INPUTS / 5; n += 1) {
    const bytes = fuzzed(
      random,
      frames.map((frame) => frame.bytes),
      300,
    );
    await seen.receiver.receive(1, '', bytes, 'opus', clock.now, clock.now);
  }
  const sealed = new Set(frames.map(({ name }) => `1:${name}`));
  expect(seen.passed.every((name) => sealed.has(name))).toBe(true);
  expect(new Set(seen.passed).size).toBe(seen.passed.length);
});
