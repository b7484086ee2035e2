import { describe, expect, test } from 'vitest';
import { type Bytes, encode, Refusal } from '../bytes/index.ts';
import { redundancyAt, signatureDue } from './cadence.ts';
import { deriveCipher, seal } from './cipher.ts';
import { clearLength, codecOfMimeType, formOf } from './codec.ts';
import { openFrame, readLayout, sealFrame } from './frame.ts';
import { HEADER_MAX, readHeader, writeHeader } from './header.ts';
import { judge, lateness } from './judge.ts';
import { MAX_LEAF, MAX_STREAM, makeKid, splitKid } from './kid.ts';
import { compare, decodeProof, digestOf, encodeProof, NO_FRAME, signProof, verifyProof } from './proof.ts';
import { frameSigner } from './signer.ts';
import { createStrand } from './strand.ts';
import { makeEpoch, makeSeat, signerOf } from './testing.ts';
import { AHEAD, BEHIND, createWindow } from './window.ts';

const codeOf = (value: unknown): string => (value instanceof Refusal ? value.code : 'no refusal');
const seat = makeSeat(1, 'aa'.repeat(32));

test('[FRAME1] a header is not taken when it is cut off, longer than needed or past 2^53 − 1', () => {
  const out = new Uint8Array(HEADER_MAX);
  const length = writeHeader(0x123456, 0x789a, out, 0);
  expect(readHeader(out, 0)).toEqual({ kid: 0x123456, counter: 0x789a, length });
  for (let cut = 0; cut < length; cut += 1) expect(codeOf(readHeader(out.subarray(0, cut), 0))).toBe('sframe.header');
  for (const wrong of ['8007', '900010', '0807', 'f00020000000000000', '0f0020000000000000'])
    expect(codeOf(readHeader(Uint8Array.from(Buffer.from(wrong, 'hex')), 0)), wrong).toBe('sframe.header');
  expect(() => writeHeader(2 ** 53, 0, out, 0)).toThrow(RangeError);
  expect(() => writeHeader(0, -1, out, 0)).toThrow(RangeError);
});

test('[FRAME3] a key ID names stream, leaf and epoch mod 256, and nothing past their bounds', () => {
  expect(makeKid(0, 0, 0)).toBe(0);
  expect(makeKid(1, 2, 259)).toBe(2 ** 18 + 2 * 256 + 3);
  expect(splitKid(makeKid(MAX_STREAM, MAX_LEAF, 255))).toEqual({ stream: MAX_STREAM, leaf: MAX_LEAF, epoch: 255 });
  expect(splitKid(2 ** 42)).toBeUndefined();
  for (const [stream, leaf, epoch] of [
    [MAX_STREAM + 1, 0, 0],
    [0, MAX_LEAF + 1, 0],
    [-1, 0, 0],
    [0, 0, -1],
  ] as const)
    expect(() => makeKid(stream, leaf, epoch)).toThrow(RangeError);
});

test('[FRAME5] three codecs are known by their names; all others, and none, are refused', () => {
  expect(['audio/opus', 'video/VP8', 'video/vp9'].map(codecOfMimeType)).toEqual(['opus', 'vp8', 'vp9']);
  for (const other of ['video/H264', 'video/AV1', 'audio/red', 'video/rtx', 'audio/OPUS2', '', undefined])
    expect(codeOf(codecOfMimeType(other)), other).toBe('frames.codec');
});

describe('[FRAME6] a sent frame', () => {
  const cipherOf = async (use: 'encrypt' | 'decrypt') => {
    const epoch = await makeEpoch(1, [seat], 0);
    return deriveCipher(epoch.baseKey, makeKid(3, 1, 1), use);
  };
  const scratch = { bytes: new Uint8Array(1) };

  test.each([
    ['opus', 0, [0x78, 1, 2]],
    ['vp9', 1, [0x82, 1, 2]],
    ['vp8', 10, [0x10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['vp8', 3, [0x11, 1, 2, 3]],
  ] as const)(
    '[FRAME6] of %s has %i clear bytes, then header, ciphertext, tag and form',
    async (codec, clear, frame) => {
      const data = Uint8Array.from(frame);
      expect(clearLength(codec, data)).toBe(clear);
      for (const proof of [new Uint8Array(0), new Uint8Array(300).fill(9)]) {
        const sent = await sealFrame(await cipherOf('encrypt'), 70, codec, data, proof, scratch);
        if (sent instanceof Refusal) throw new Error(sent.code);
        expect([...sent.subarray(0, clear)]).toEqual(frame.slice(0, clear));
        expect(sent.at(-1)).toBe(formOf(codec, proof.length > 0)[0]);
        const layout = readLayout(codec, sent);
        if (layout instanceof Refusal) throw new Error(layout.code);
        expect(layout).toEqual({
          clear,
          header: { kid: makeKid(3, 1, 1), counter: 70, length: 5 },
          proof: proof.length > 0,
        });
        const added = 5 + 16 + 1 + clear + (proof.length > 0 ? proof.length + 2 : 0);
        expect(sent.length).toBe(data.length + added);
        const opened = await openFrame(await cipherOf('decrypt'), codec, sent, layout);
        if (opened instanceof Refusal) throw new Error(opened.code);
        expect(new Uint8Array(opened.media)).toEqual(data);
        expect(opened.proof).toEqual(proof);
      }
    },
  );

  test('[FRAME6] is refused when empty, short, of another form, or with a proof that cannot be', async () => {
    const sealing = await cipherOf('encrypt');
    const opening = await cipherOf('decrypt');
    expect(codeOf(sealFrame(sealing, 0, 'opus', new Uint8Array(0), NO_FRAME, scratch))).toBe('frames.short');
    expect(codeOf(sealFrame(sealing, 0, 'vp8', new Uint8Array(9), NO_FRAME, scratch))).toBe('frames.short');
    expect(codeOf(readLayout('opus', Uint8Array.of(0, 1)))).toBe('frames.short');
    expect(codeOf(readLayout('opus', new Uint8Array(40).fill(3)))).toBe('frames.codec');
    const attempt = async (before: Bytes, plaintext: Bytes, proof: boolean) => {
      const sent = await seal(sealing, 1, before, formOf('vp9', proof), plaintext);
      const layout = readLayout('vp9', sent);
      return layout instanceof Refusal ? layout.code : codeOf(await openFrame(opening, 'vp9', sent, layout));
    };
    expect(await attempt(Uint8Array.of(1), Uint8Array.of(1, 2), false)).toBe('no refusal');
    expect(await attempt(Uint8Array.of(1), Uint8Array.of(2, 2), false)).toBe('frames.layout');
    expect(await attempt(Uint8Array.of(1), Uint8Array.of(1, 9, 0, 1), true)).toBe('no refusal');
    expect(await attempt(Uint8Array.of(1), Uint8Array.of(1, 9, 0, 0), true)).toBe('frames.layout');
    expect(await attempt(Uint8Array.of(1), Uint8Array.of(1, 9, 0, 2), true)).toBe('frames.layout');
    expect(await attempt(Uint8Array.of(1), Uint8Array.of(1, 9, 0xff, 0xff), true)).toBe('frames.layout');
    expect(await attempt(Uint8Array.of(1), Uint8Array.of(1), true)).toBe('frames.layout');
  });
});

test('[FRAME9] a window takes each counter once, and is moved by proofs only', () => {
  const window = createWindow();
  const last = AHEAD - 1;
  expect([0, 5, last, 0, 5].map((counter) => window.take(counter))).toEqual([
    undefined,
    undefined,
    undefined,
    'sframe.replay',
    'sframe.replay',
  ]);
  expect(window.take(2 ** 40)).toBe('sframe.ahead');
  window.anchor(10_000);
  expect(window.take(10_000 - BEHIND)).toBe('sframe.old');
  expect(window.take(10_001 - BEHIND)).toBeUndefined();
  expect(window.take(10_000 + AHEAD)).toBeUndefined();
  expect(window.take(10_001 + AHEAD)).toBe('sframe.ahead');
  window.anchor(5);
  expect(window.take(last)).toBe('sframe.old');
});

test('[FRAME10] a seed that is not its leaf’s is not signed with', async () => {
  expect(codeOf(await frameSigner(seat.seed, seat.frameKey))).toBe('no refusal');
  expect(codeOf(await frameSigner(new Uint8Array(32), seat.frameKey))).toBe('frames.frame-key');
});

test('[PROOF1] a digest is of the whole sent frame; the empty one matches nothing', async () => {
  const frame = Uint8Array.of(1, 2, 3);
  const whole = new Uint8Array(await crypto.subtle.digest('SHA-256', frame));
  expect(await digestOf(frame)).toEqual(whole.slice(0, 10));
  const digests = new Uint8Array([...(await digestOf(frame)), ...NO_FRAME]);
  const claim = { first: 7, time: 1, digests };
  expect(compare(claim, 7, await digestOf(frame))).toBe('proven');
  expect(compare(claim, 7, NO_FRAME)).toBe('contradicted');
  expect(compare(claim, 8, NO_FRAME)).toBe('contradicted');
  expect(compare(claim, 6, NO_FRAME)).toBe('not covered');
  expect(compare(claim, 9, NO_FRAME)).toBe('not covered');
});

test('[PROOF2] a proof has one encoding, and limits', () => {
  const good = { c: 5, d: new Uint8Array(20), s: new Uint8Array(64), t: 1 };
  const read = decodeProof(encode(good));
  if (read instanceof Refusal) throw new Error(read.detail);
  expect(encodeProof(read)).toEqual(encode(good));
  const wrong = [
    { ...good, d: new Uint8Array(0) },
    { ...good, d: new Uint8Array(19) },
    { ...good, d: new Uint8Array(2570) },
    { ...good, s: new Uint8Array(63) },
    { ...good, c: -1 },
    { ...good, c: Number.MAX_SAFE_INTEGER },
    { ...good, x: 1 },
    { c: good.c, d: good.d, s: good.s },
    [],
  ];
  for (const one of wrong) expect(codeOf(decodeProof(encode(one)))).toBe('proof.malformed');
  expect(codeOf(decodeProof(new Uint8Array([...encode(good), 0])))).toBe('proof.malformed');
});

test('[PROOF3] a signature holds for its epoch, stream, time and frames, and for its frame key only', async () => {
  const epoch = await makeEpoch(5, [seat], 1);
  const claim = { first: 3, time: 1e12, digests: new Uint8Array(30).fill(4) };
  const proof = decodeProof(await signProof(await signerOf(seat), epoch, 9, claim));
  if (proof instanceof Refusal) throw new Error(proof.code);
  expect(await verifyProof(seat.frameKey, epoch, 9, proof)).toBe(true);
  const others = [
    { ...epoch, meeting: new Uint8Array(16) },
    { ...epoch, circle: 'opening' },
    { ...epoch, generation: 2 },
    { ...epoch, epoch: 6 },
    { ...epoch, authenticator: new Uint8Array(32) },
  ];
  for (const other of others) expect(await verifyProof(seat.frameKey, other, 9, proof)).toBe(false);
  expect(await verifyProof(seat.frameKey, epoch, 8, proof)).toBe(false);
  expect(await verifyProof(makeSeat(2, 'aa').frameKey, epoch, 9, proof)).toBe(false);
  for (const other of [
    { ...proof, time: 1e12 + 1 },
    { ...proof, first: 4 },
    { ...proof, digests: new Uint8Array(30) },
  ])
    expect(await verifyProof(seat.frameKey, epoch, 9, other)).toBe(false);
});

test('[PROOF3] a proof counts only if it reaches further than all before', () => {
  const strand = createStrand(1, 1);
  const claim = (first: number, frames: number, fill: number) => ({
    first,
    time: 1,
    digests: new Uint8Array(10 * frames).fill(fill),
  });
  expect(strand.accept(claim(0, 5, 1), 0)).toBe(true);
  expect(strand.accept(claim(0, 5, 2), 0)).toBe(false);
  expect(strand.accept(claim(1, 3, 2), 0)).toBe(false);
  expect(strand.lastProven()).toBe(4);
  expect(strand.known(3, new Uint8Array(10).fill(1))).toBe('proven');
  expect(strand.known(3, new Uint8Array(10).fill(2))).toBe('contradicted');
  expect(strand.accept(claim(7, 2, 3), 0)).toBe(true);
  expect(strand.known(6, new Uint8Array(10).fill(1))).toBe('missed');
  expect(strand.known(9, new Uint8Array(10).fill(1))).toBe('not covered');
});

test('[PROOF4] signatures: at once for the first and every key frame, then at an even pace, never too many frames', () => {
  const moment = { now: 10_000, began: 0, signedAt: 9_900, frames: 3, keyFrame: false };
  expect(signatureDue(moment)).toBe(false);
  expect(signatureDue({ ...moment, signedAt: undefined })).toBe(true);
  expect(signatureDue({ ...moment, keyFrame: true })).toBe(true);
  expect(signatureDue({ ...moment, signedAt: 9_800 })).toBe(true);
  expect(signatureDue({ ...moment, frames: 64 })).toBe(true);
  expect(signatureDue({ ...moment, began: 9_500, signedAt: 9_949 })).toBe(true);
  expect(signatureDue({ ...moment, began: 9_500, signedAt: 9_951 })).toBe(false);
  expect(signatureDue({ ...moment, signedAt: 20_000 })).toBe(true);
});

test('[PROOF9] proofs are repeated as loss grows', () => {
  expect([0, 0.01, 0.02, 0.1, 0.11, 1, Number.NaN].map(redundancyAt)).toEqual([
    { depth: 2, rides: 1 },
    { depth: 2, rides: 1 },
    { depth: 3, rides: 2 },
    { depth: 3, rides: 2 },
    { depth: 4, rides: 3 },
    { depth: 4, rides: 3 },
    { depth: 2, rides: 1 },
  ]);
});

describe('judging', () => {
  const now = 100_000;
  const nothing = { unprovenSince: undefined, gapAt: undefined, contradictedAt: undefined, lateMs: 0 };
  test.each([
    ['PROOF7', {}, 'proven', 0],
    ['PROOF7', { unprovenSince: now - 599 }, 'proven', 0],
    ['PROOF7', { unprovenSince: now - 600 }, 'unproven', 600],
    ['PROOF7', { unprovenSince: now - 2000 }, 'dark', 2000],
    ['PROOF8', { gapAt: now - 599 }, 'unproven', 599],
    ['PROOF8', { gapAt: now - 600 }, 'proven', 0],
    ['PROOF6', { contradictedAt: now - 1999, unprovenSince: now - 5000, lateMs: 3000 }, 'contradicted', 1999],
    ['PROOF6', { contradictedAt: now - 2000 }, 'proven', 0],
    ['PROOF10', { lateMs: 3000, unprovenSince: now - 700 }, 'late', 3000],
    ['PROOF10', { lateMs: 3000, unprovenSince: now - 2700 }, 'dark', 2700],
  ] as const)('%s: %j is %s', (_rule, evidence, state, sinceMs) => {
    expect(judge({ ...nothing, ...evidence }, now)).toEqual({ state, sinceMs });
  });

  test('[PROOF10] late is what is later than two seconds and the clocks’ error, if their offset is known', () => {
    const clock = { offsetMs: -300, errorMs: 50 };
    expect(lateness(now - 300 - 2050, now, clock)).toBe(0);
    expect(lateness(now - 300 - 2051, now, clock)).toBe(2051);
    expect(lateness(now + 9000, now, clock)).toBe(0);
    expect(lateness(0, now, undefined)).toBe(0);
  });
});
