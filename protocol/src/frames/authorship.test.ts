import { describe, expect, test } from 'vitest';
import { concat, type Refusal } from '../bytes/index.ts';
import { deriveCipher } from './cipher.ts';
import type { MediaCodec } from './codec.ts';
import type { Epoch } from './epoch.ts';
import { openFrame, readLayout, sealFrame } from './frame.ts';
import { makeKid } from './kid.ts';
import type { SendStream } from './sender.ts';
import { deliver, makeEpoch, makeSeat, makeSender, type Seat, type Sent, sealMany, witness } from './testing.ts';

const ALBA = 'aa'.repeat(32);
const BORLAND = 'bb'.repeat(32);
const own = makeSeat(0, ALBA);
const victim = makeSeat(1, BORLAND);
const forger = makeSeat(2, BORLAND);
const seats = [own, victim, forger];
const START = 1_000_000;

const table = async (codec: MediaCodec = 'opus', answers = true) => {
  const clock = { now: START };
  const epoch = await makeEpoch(5, seats, own.leaf);
  const seen = witness(codec, clock, answers);
  seen.receiver.install(epoch);
  seen.receiver.attach(1, { delegation: BORLAND, media: codec === 'opus' ? 'audio' : 'video' });
  const sender = await makeSender(victim, epoch);
  return { clock, epoch, seen, sender, stream: sender.open() };
};

const names = (pipe: number, frames: readonly Sent[]) => frames.map(({ name }) => `${pipe}:${name}`);

/** A frame that somebody with the table's keys seals as `as`, under any stream and counter. */
const forge = async (
  epoch: Epoch,
  as: Seat,
  stream: number,
  counter: number,
  at: number,
  proof = new Uint8Array(0),
) => {
  const cipher = await deriveCipher(epoch.baseKey, makeKid(stream, as.leaf, epoch.epoch), 'encrypt');
  const media = new TextEncoder().encode(`forged${counter}`);
  const bytes = await (sealFrame(cipher, counter, 'opus', media, proof, { bytes: new Uint8Array(1) }) as Exclude<
    ReturnType<typeof sealFrame>,
    Refusal
  >); // Opus has no clear bytes that could be missing
  return { bytes, at, name: `forged${counter}` };
};

const counterOf = (codec: MediaCodec, { bytes }: Sent): number => {
  const layout = readLayout(codec, bytes);
  if (!('header' in layout)) throw new Error(layout.detail);
  return layout.header.counter;
};

describe.each(['opus', 'vp9', 'vp8'] as const)('an honest %s stream', (codec) => {
  test('[PROOF5] is bound and shown whole, in order, from its first frame on, and said to be proven', async () => {
    const { clock, seen, stream } = await table(codec);
    const frames = await sealMany(stream, codec, 'f', 100, START);
    await deliver(seen, 1, codec, clock, frames);
    expect(seen.passed).toHaveLength(100);
    if (codec !== 'vp8') expect(seen.passed).toEqual(names(1, frames));
    expect(seen.dropped).toEqual([]);
    expect(seen.states(1)).toEqual(['proven']);
    expect(seen.events[0]).toMatchObject({ kind: 'bind', pipe: 1, seating: victim.seating, stream: 0 });
  });

  test('[PROOF4] has its first frame proven by the very next one', async () => {
    const { clock, seen, stream } = await table(codec);
    const frames = await sealMany(stream, codec, 'f', 2, START);
    await deliver(seen, 1, codec, clock, frames.slice(0, 1));
    expect(seen.passed).toHaveLength(0);
    await deliver(seen, 1, codec, clock, frames.slice(1));
    expect(seen.passed).toHaveLength(2);
  });
});

describe('binding', () => {
  test('[FRAME12] nothing flows before the page has moved the track, then all that was held', async () => {
    const { clock, seen, stream } = await table('opus', false);
    const frames = await sealMany(stream, 'opus', 'f', 20, START);
    await deliver(seen, 1, 'opus', clock, frames);
    expect(seen.passed).toEqual([]);
    seen.receiver.bound(1, 7, clock.now);
    expect(seen.passed).toEqual([]);
    seen.receiver.bound(1, 1, clock.now);
    expect(seen.passed).toEqual(names(1, frames));
  });

  test('[FRAME12] a pipe turns to another seat only when the first has been silent for 500 ms', async () => {
    const { clock, epoch, seen, stream } = await table('opus', false);
    const first = await sealMany(stream, 'opus', 'a', 50, START);
    await deliver(seen, 1, 'opus', clock, first.slice(0, 5));
    seen.receiver.bound(1, 1, clock.now);
    await deliver(seen, 1, 'opus', clock, first.slice(5));
    expect(seen.passed).toHaveLength(50);
    const other = (await makeSender(forger, epoch)).open();
    const second = await sealMany(other, 'opus', 'b', 60, START + 1000);
    await deliver(seen, 1, 'opus', clock, second.slice(0, 20));
    expect(seen.events.filter(({ kind }) => kind === 'bind')).toHaveLength(1);
    await deliver(seen, 1, 'opus', clock, second.slice(20));
    expect(seen.events.filter(({ kind }) => kind === 'bind')[1]).toMatchObject({ binding: 2, seating: forger.seating });
    expect(seen.passed).toHaveLength(50);
    seen.receiver.bound(1, 2, clock.now);
    expect(seen.passed.slice(50)).toEqual(names(1, second));
  });

  test('[FRAME12] … also when the first is ended meanwhile: what a decoder still holds plays under no other name', async () => {
    const { clock, epoch, seen, stream } = await table('opus', false);
    const first = await sealMany(stream, 'opus', 'a', 40, START);
    const other = (await makeSender(forger, epoch)).open();
    const second = await sealMany(other, 'opus', 'b', 90, START);
    await deliver(seen, 1, 'opus', clock, first.slice(0, 10));
    seen.receiver.bound(1, 1, clock.now);
    const mixed = [...first.slice(10), ...second.slice(10, 40)].sort((a, b) => a.at - b.at);
    await deliver(seen, 1, 'opus', clock, mixed);
    const ended = clock.now;
    seen.receiver.block(victim.seating);
    const binds = () => seen.events.filter(({ kind }) => kind === 'bind').length;
    for (const frame of second.slice(40)) if (binds() === 1) await deliver(seen, 1, 'opus', clock, [frame]);
    expect(binds()).toBe(2);
    expect(clock.now - ended).toBeGreaterThanOrEqual(500);
  });

  test('[FRAME12] a forged stream never turns a pipe', async () => {
    const { clock, epoch, seen } = await table();
    const frames = await Promise.all([...Array(150).keys()].map((n) => forge(epoch, victim, 9, n, START + 20 * n)));
    await deliver(seen, 1, 'opus', clock, frames);
    expect(seen.passed).toEqual([]);
    expect(seen.events.some(({ kind }) => kind === 'bind')).toBe(false);
    expect(seen.states(1)).toEqual(['unproven', 'dark']);
    expect(seen.events).toContainEqual({ kind: 'alarm', code: 'proof.never', pipe: 1 });
  });
});

describe('a hostile SFU', () => {
  test('[FRAME5] cannot bring a picture over a pipe for sound', async () => {
    const { clock, seen, stream } = await table('vp9');
    seen.receiver.attach(2, { delegation: BORLAND, media: 'audio' });
    await deliver(seen, 2, 'vp9', clock, await sealMany(stream, 'vp9', 'f', 10, START));
    expect(seen.passed).toEqual([]);
    expect(new Set(seen.dropped)).toEqual(new Set(['frames.codec']));
  });

  test('[FRAME9] cannot show a frame twice, on the same pipe or on another', async () => {
    const { clock, seen, stream } = await table();
    seen.receiver.attach(2, { delegation: BORLAND, media: 'audio' });
    const frames = await sealMany(stream, 'opus', 'f', 60, START);
    await deliver(seen, 1, 'opus', clock, frames);
    await deliver(seen, 1, 'opus', clock, frames);
    await deliver(seen, 2, 'opus', clock, frames);
    expect(seen.passed).toHaveLength(60);
    expect(new Set(seen.dropped)).toEqual(new Set(['sframe.replay']));
  });

  test('[FRAME9] may reorder, and every frame is still shown once', async () => {
    const { clock, seen, stream } = await table();
    const frames = await sealMany(stream, 'opus', 'f', 100, START);
    const mixed = frames.map((_, n) => frames[n % 2 === 0 ? Math.min(n + 1, 99) : n - 1]!);
    await deliver(seen, 1, 'opus', clock, mixed);
    expect([...seen.passed].sort()).toEqual(names(1, frames).sort());
    expect(seen.states(1)).toEqual(['proven']);
  });

  test('[FRAME7] cannot change a bit, cut off an end or turn a codec into another', async () => {
    const { clock, seen, stream } = await table('vp9');
    const [frame] = await sealMany(stream, 'vp9', 'f', 1, START);
    if (!frame) throw new Error('no frame');
    for (let bit = 0; bit < frame.bytes.length * 8; bit += 1) {
      const bytes = Uint8Array.from(frame.bytes);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      await seen.receiver.receive(1, '', bytes, 'vp9', clock.now, clock.now);
    }
    for (let length = 0; length < frame.bytes.length; length += 1)
      await seen.receiver.receive(1, '', frame.bytes.slice(0, length), 'vp9', clock.now, clock.now);
    await seen.receiver.receive(1, '', concat(frame.bytes, frame.bytes), 'vp9', clock.now, clock.now);
    await seen.receiver.receive(1, '', frame.bytes, 'vp8', clock.now, clock.now);
    await seen.receiver.receive(1, '', frame.bytes, 'opus', clock.now, clock.now);
    expect(seen.dropped).toHaveLength(frame.bytes.length * 9 + 3);
    expect(seen.events).toEqual([]);
    expect(new Set(seen.dropped)).toEqual(
      new Set(['sframe.unauthentic', 'sframe.header', 'frames.short', 'frames.epoch', 'frames.leaf', 'frames.codec']),
    );
  });

  test('[FRAME8] cannot bring a seat over the other delegation’s SFU, nor our own frames back', async () => {
    const { clock, epoch, seen, stream } = await table();
    seen.receiver.attach(2, { delegation: ALBA, media: 'audio' });
    const mine = (await makeSender(own, epoch)).open();
    await deliver(seen, 2, 'opus', clock, await sealMany(stream, 'opus', 'f', 10, START));
    await deliver(seen, 2, 'opus', clock, await sealMany(mine, 'opus', 'f', 10, START));
    expect(seen.passed).toEqual([]);
    expect(new Set(seen.dropped)).toEqual(new Set(['frames.delegation', 'frames.own']));
  });

  test('[PROOF10] cannot hold media back for ten seconds without its being called late', async () => {
    const { clock, seen, stream } = await table();
    seen.receiver.setClock(victim.seating, { offsetMs: 500, errorMs: 100 });
    await deliver(seen, 1, 'opus', clock, await sealMany(stream, 'opus', 'f', 50, START + 500), 10_000);
    expect(seen.states(1)).toEqual(['late']);
    await deliver(seen, 1, 'opus', clock, await sealMany(stream, 'opus', 'g', 50, START + 20_500), -500);
    expect(seen.states(1).at(-1)).toBe('proven');
  });

  test('[PROOF7] that drops every frame with a proof gets the tile called unproven, then dark', async () => {
    const { clock, epoch, seen, stream } = await table();
    const frames = await sealMany(stream, 'opus', 'f', 200, START);
    const carriers = new Set<Sent>();
    const cipher = await deriveCipher(epoch.baseKey, makeKid(0, victim.leaf, epoch.epoch), 'decrypt');
    for (const frame of frames) {
      const layout = readLayout('opus', frame.bytes);
      if (!('header' in layout)) throw new Error('layout');
      const opened = await openFrame(cipher, 'opus', frame.bytes, layout);
      if ('proof' in opened && opened.proof.length > 0) carriers.add(frame);
    }
    await deliver(seen, 1, 'opus', clock, frames.slice(0, 50));
    const before = seen.passed.length;
    const stripped = frames.slice(50).filter((frame) => !carriers.has(frame));
    await deliver(seen, 1, 'opus', clock, stripped);
    expect(seen.states(1)).toEqual(['proven', 'unproven', 'dark']);
    expect(seen.passed.length - before).toBeLessThanOrEqual(2000 / 20);
    const later = await sealMany(stream, 'opus', 'g', 50, START + 4000);
    await deliver(seen, 1, 'opus', clock, later);
    expect(seen.states(1).at(-1)).toBe('proven');
    expect(seen.passed.at(-1)).toBe('1:g49');
  });
});

describe('a hostile member who holds the keys', () => {
  test('[PROOF6] that forges ahead in a proven stream turns it dark at the first proof, and is not seen again', async () => {
    const { clock, epoch, seen, stream } = await table();
    const frames = await sealMany(stream, 'opus', 'f', 400, START);
    await deliver(seen, 1, 'opus', clock, frames.slice(0, 100));
    const next = frames[101]!;
    const forged = await forge(epoch, victim, stream.stream, counterOf('opus', next), next.at - 25);
    await deliver(seen, 1, 'opus', clock, [frames[100]!, forged]);
    await deliver(seen, 1, 'opus', clock, frames.slice(101, 150));
    expect(seen.states(1)).toEqual(['proven', 'contradicted']);
    const dark = seen.passed.length;
    const again = await forge(epoch, victim, stream.stream, counterOf('opus', frames[250]!), frames[249]!.at);
    await deliver(seen, 1, 'opus', clock, frames.slice(150, 200));
    expect(seen.passed).toHaveLength(dark);
    await deliver(seen, 1, 'opus', clock, frames.slice(200, 249));
    expect(seen.states(1)).toEqual(['proven', 'contradicted', 'proven']);
    await deliver(seen, 1, 'opus', clock, [frames[249]!, again, ...frames.slice(250)]);
    expect(seen.passed.filter((name) => name.includes('forged'))).toHaveLength(1);
    expect(seen.states(1).filter((state) => state === 'contradicted')).toHaveLength(2);
  });

  test('[PROOF6] that comes back on another pipe, before a proof or after it, is not seen again', async () => {
    const { clock, epoch, seen, stream } = await table();
    const fake = (await makeSender(victim, epoch)).open();
    const frames = await sealMany(stream, 'opus', 'f', 600, START);
    // The same key ID and counters, made with the table's keys.
    const forged = await sealMany(fake, 'opus', 'forged', 600, START);
    for (const pipe of [1, 2, 3]) {
      if (pipe > 1) seen.receiver.attach(pipe, { delegation: BORLAND, media: 'audio' });
      const from = (pipe - 1) * 200;
      await deliver(seen, pipe, 'opus', clock, frames.slice(from, from + 60));
      await deliver(seen, pipe, 'opus', clock, forged.slice(from + 60, from + 66));
      // It goes before the proof that would contradict it comes.
      if (pipe > 1) await deliver(seen, pipe, 'opus', clock, frames.slice(from + 66, from + 90));
      seen.receiver.detach(pipe);
    }
    const shown = (pipe: number) => seen.passed.filter((name) => name.startsWith(`${pipe}:forged`));
    expect(shown(1).length, 'once').toBeGreaterThan(0);
    expect([...shown(2), ...shown(3)]).toEqual([]);
  });

  test('[PROOF6] a forged frame that comes after the real one, or far ahead, changes nothing', async () => {
    const { clock, epoch, seen, stream } = await table();
    const frames = await sealMany(stream, 'opus', 'f', 100, START);
    await deliver(seen, 1, 'opus', clock, frames.slice(0, 50));
    for (const counter of [49, 40, 5000, 2 ** 40])
      await deliver(seen, 1, 'opus', clock, [await forge(epoch, victim, stream.stream, counter, clock.now)], 0);
    await deliver(seen, 1, 'opus', clock, frames.slice(50));
    expect(seen.passed).toEqual(names(1, frames));
    expect(seen.dropped).toHaveLength(4);
  });

  test('[PROOF5] that forges a stream before its owner does cannot be seen, nor hold the owner up', async () => {
    const { clock, epoch, seen, stream } = await table();
    const forged = await Promise.all(
      [...Array(20).keys()].map((n) => forge(epoch, victim, 0, 1e6 + n, START + 20 * n)),
    );
    await deliver(seen, 1, 'opus', clock, forged);
    const frames = await sealMany(stream, 'opus', 'f', 200, START + 400);
    await deliver(seen, 1, 'opus', clock, frames);
    expect(seen.passed).toEqual(names(1, frames));
  });

  test('[PROOF3] cannot sign for another: not with its own key, not with a proof of another stream', async () => {
    const { clock, epoch, seen, sender, stream } = await table();
    const asVictim: Seat = { ...victim, seed: forger.seed, frameKey: forger.frameKey };
    const mimic = (await makeSender(asVictim, epoch)).open();
    await deliver(seen, 1, 'opus', clock, await sealMany(mimic, 'opus', 'm', 60, START));
    expect(seen.passed).toEqual([]);
    expect(seen.dropped).toContain('proof.signature');
    // A real proof, lifted out of its frame into a forged one of another stream.
    const frames = await sealMany(stream, 'opus', 'f', 2, START + 1300);
    const layout = readLayout('opus', frames[1]!.bytes);
    if (!('header' in layout)) throw new Error('layout');
    const cipher = await deriveCipher(epoch.baseKey, makeKid(0, victim.leaf, epoch.epoch), 'decrypt');
    const opened = await openFrame(cipher, 'opus', frames[1]!.bytes, layout);
    if (!('proof' in opened) || opened.proof.length === 0) throw new Error('no proof');
    const other: SendStream = sender.open();
    const count = seen.dropped.length;
    await deliver(seen, 1, 'opus', clock, [await forge(epoch, victim, other.stream, 3, clock.now, opened.proof)], 0);
    expect(seen.dropped.slice(count)).toContain('proof.signature');
  });

  test('[PROOF8] that forges far ahead, where proofs do not reach yet, is called unproven, and then not shown', async () => {
    const { clock, epoch, seen, stream } = await table();
    const frames = await sealMany(stream, 'opus', 'f', 400, START);
    await deliver(seen, 1, 'opus', clock, frames.slice(0, 100));
    for (const [n, frame] of frames.slice(100).entries())
      await deliver(seen, 1, 'opus', clock, [frame, await forge(epoch, victim, stream.stream, 700 + n, frame.at)]);
    expect(seen.states(1)).toEqual(['proven', 'unproven', 'proven']);
    expect(seen.passed.filter((name) => name.includes('forged')).length).toBeLessThanOrEqual(800 / 20);
    expect(seen.passed.filter((name) => !name.includes('forged')).length).toBeGreaterThanOrEqual(390);
  });

  test('[PROOF6] that forges a frame whose real one was lost, after its proof, is contradicted too', async () => {
    const { clock, epoch, seen, stream } = await table();
    const frames = await sealMany(stream, 'opus', 'f', 100, START);
    const [lost] = frames.splice(70, 1);
    await deliver(seen, 1, 'opus', clock, frames);
    expect(seen.states(1)).toEqual(['proven']);
    if (!lost) throw new Error('no frame');
    await deliver(seen, 1, 'opus', clock, [await forge(epoch, victim, stream.stream, 70, clock.now)], 0);
    expect(seen.states(1)).toEqual(['proven', 'contradicted']);
    expect(seen.passed.some((name) => name.includes('forged'))).toBe(false);
    expect(seen.dropped).toEqual(['proof.contradicted']);
  });

  test('[FRAME8] that uses another’s stream number under its own leaf is only ever itself', async () => {
    const { clock, epoch, seen, stream } = await table();
    seen.receiver.attach(2, { delegation: BORLAND, media: 'audio' });
    const same = (await makeSender(forger, epoch)).open();
    expect(same.stream).toBe(stream.stream);
    await deliver(seen, 1, 'opus', clock, await sealMany(stream, 'opus', 'v', 30, START));
    await deliver(seen, 2, 'opus', clock, await sealMany(same, 'opus', 'x', 30, START));
    expect(seen.passed).toHaveLength(60);
    expect(seen.events.filter(({ kind }) => kind === 'bind')).toMatchObject([
      { pipe: 1, seating: victim.seating },
      { pipe: 2, seating: forger.seating },
    ]);
  });
});
