import { expect, test } from 'vitest';
import { createKeyring } from './keyring.ts';
import { makeKid } from './kid.ts';
import { createReceiver } from './receiver.ts';
import { deliver, makeEpoch, makeSeat, makeSender, sealMany, seeded, signerOf, witness } from './testing.ts';

const ALBA = 'aa'.repeat(32);
const BORLAND = 'bb'.repeat(32);
const own = makeSeat(0, ALBA);
const seat = makeSeat(1, BORLAND);
const START = 1_000_000;

const table = async (number = 5) => {
  const clock = { now: START };
  const epoch = await makeEpoch(number, [own, seat], own.leaf);
  const seen = witness('opus', clock);
  seen.receiver.install(epoch);
  seen.receiver.attach(1, { delegation: BORLAND, media: 'audio' });
  const sender = await makeSender(seat, epoch);
  return { clock, epoch, seen, sender, stream: sender.open() };
};

test('[FRAME10] an epoch’s change costs no frame; the one before is forgotten after its grace, ten seconds at most', async () => {
  const { clock, epoch, seen, sender, stream } = await table();
  const next = await makeEpoch(6, [own, seat], own.leaf);
  expect(seen.receiver.install(epoch)).toMatchObject({ code: 'frames.epoch' });
  expect(seen.receiver.install(next)).toBeUndefined();
  sender.install({ ...next, ownLeaf: seat.leaf }, await signerOf(seat));
  const first = await sealMany(stream, 'opus', 'a', 100, START);
  const stale = sender.open();
  const kept = await sealMany(stale, 'opus', 'old', 5, START + 2000);
  sender.use(1, 6);
  const second = await sealMany(stream, 'opus', 'b', 100, START + 2000);
  await deliver(seen, 1, 'opus', clock, first);
  seen.receiver.retire(1, 5, 60_000, clock.now);
  await deliver(seen, 1, 'opus', clock, second);
  expect(seen.passed).toHaveLength(200);
  expect(seen.states(1)).toEqual(['proven']);
  const count = seen.dropped.length;
  clock.now = START + 2000 + 10_100;
  await deliver(seen, 1, 'opus', clock, kept);
  expect(seen.dropped.slice(count)).toContain('frames.epoch');
  expect(seen.passed).toHaveLength(200);
});

test('[PROOF3] a proof never rides under another epoch than its own, whenever the epoch changes', async () => {
  for (let changes = 0; changes < 12; changes += 1) {
    const { clock, seen, sender, stream } = await table();
    const next = await makeEpoch(6, [own, seat], own.leaf);
    seen.receiver.install(next);
    sender.install({ ...next, ownLeaf: seat.leaf }, await signerOf(seat));
    await deliver(seen, 1, 'opus', clock, await sealMany(stream, 'opus', 'a', 50 + changes, START));
    sender.use(1, 6);
    await deliver(seen, 1, 'opus', clock, await sealMany(stream, 'opus', 'b', 50, START + 20 * (50 + changes)));
    expect(seen.dropped).toEqual([]);
    expect(seen.passed).toHaveLength(100 + changes);
    expect(seen.states(1)).toEqual(['proven']);
  }
});

test('[FRAME3] of two epochs alike mod 256 the one under which a frame opens is meant', async () => {
  const { clock, seen, sender, stream } = await table(5);
  const next = await makeEpoch(261, [own, seat], own.leaf, 77);
  seen.receiver.install(next);
  sender.install({ ...next, ownLeaf: seat.leaf }, await signerOf(seat));
  await deliver(seen, 1, 'opus', clock, await sealMany(stream, 'opus', 'a', 50, START));
  sender.use(1, 261);
  await deliver(seen, 1, 'opus', clock, await sealMany(stream, 'opus', 'b', 50, START + 1000));
  expect(seen.passed).toHaveLength(100);
  expect(seen.dropped).toEqual([]);
});

test('[FRAME8] of a blocked seating nothing is taken any more, held or new, and its tile is said to be dark', async () => {
  const { clock, seen, stream } = await table();
  const frames = await sealMany(stream, 'opus', 'f', 100, START);
  await deliver(seen, 1, 'opus', clock, frames.slice(0, 50));
  seen.receiver.block(seat.seating);
  const passed = seen.passed.length;
  await deliver(seen, 1, 'opus', clock, frames.slice(50));
  expect(seen.passed).toHaveLength(passed);
  expect(new Set(seen.dropped)).toEqual(new Set(['frames.blocked']));
  expect(seen.states(1)).toEqual(['proven', 'dark']);
});

test('[FRAME11] a pipe remembers four streams; frames of a pipe that is gone are dropped', async () => {
  const { clock, epoch, seen, sender } = await table();
  for (let n = 0; n < 5; n += 1)
    await deliver(seen, 1, 'opus', clock, (await sealMany(sender.open(), 'opus', `${n}`, 1, START)).slice(0, 1));
  expect(seen.dropped).toEqual(['frames.streams']);
  seen.receiver.detach(1);
  await deliver(seen, 1, 'opus', clock, await sealMany(sender.open(), 'opus', 'x', 1, START));
  expect(seen.dropped).toEqual(['frames.streams', 'frames.detached']);
  expect(() => createReceiver({ pass: () => {}, drop: () => {}, say: () => {} }).install(epoch)).not.toThrow();
});

test('[FRAME11] a seat that opens ever new streams takes nobody else’s place', async () => {
  const { clock, epoch, seen } = await table();
  const third = makeSeat(2, BORLAND);
  const wide = await makeEpoch(epoch.epoch + 1, [own, seat, third], own.leaf);
  seen.receiver.install(wide);
  const sender = await makeSender(seat, wide);
  for (let pipe = 2; pipe < 302; pipe += 1) {
    seen.receiver.attach(pipe, { delegation: BORLAND, media: 'audio' });
    for (let stream = 0; stream < 4; stream += 1)
      await deliver(seen, pipe, 'opus', clock, await sealMany(sender.open(), 'opus', 's', 2, clock.now));
    seen.receiver.detach(pipe);
  }
  expect(seen.dropped).toContain('frames.streams');
  seen.receiver.attach(1_000, { delegation: BORLAND, media: 'audio' });
  const frames = await sealMany((await makeSender(third, wide)).open(), 'opus', 'third', 20, clock.now);
  await deliver(seen, 1_000, 'opus', clock, frames);
  expect(seen.passed.filter((name) => name.includes('third'))).toHaveLength(20);
}, 60_000);

test('[FRAME11] keys of so many streams are kept for an epoch; those of others are derived again', async () => {
  const { epoch } = await table();
  const keyring = createKeyring();
  keyring.install(epoch);
  const routes = (stream: number) => keyring.routes(makeKid(stream, seat.leaf, epoch.epoch), BORLAND, START);
  for (let stream = 0; stream <= 512; stream += 1) {
    const found = await routes(stream);
    if ('code' in found || !found[0]) throw new Error('no route');
    keyring.keep(found[0]);
  }
  expect(routes(0)).toBeInstanceOf(Promise);
  expect(routes(512)).not.toBeInstanceOf(Promise);
});

test('[FRAME9] a stream that comes back over a new connection goes on, and what was shown is not shown again', async () => {
  const { clock, seen, stream } = await table();
  const frames = await sealMany(stream, 'opus', 'f', 200, START);
  await deliver(seen, 1, 'opus', clock, frames.slice(0, 100));
  seen.receiver.detach(1);
  seen.receiver.attach(2, { delegation: BORLAND, media: 'audio' });
  await deliver(seen, 2, 'opus', clock, frames.slice(50));
  expect(new Set(seen.passed.map((name) => name.slice(2))).size).toBe(200);
  expect(seen.passed).toHaveLength(200);
});

test('[FRAME12] held longer than two seconds before the page answers, frames are dropped', async () => {
  const clock = { now: START };
  const epoch = await makeEpoch(5, [own, seat], own.leaf);
  const seen = witness('opus', clock, false);
  seen.receiver.install(epoch);
  seen.receiver.attach(1, { delegation: BORLAND, media: 'audio' });
  const frames = await sealMany((await makeSender(seat, epoch)).open(), 'opus', 'f', 200, START);
  await deliver(seen, 1, 'opus', clock, frames);
  expect(seen.dropped).toContain('frames.unbound');
  seen.receiver.bound(1, 1, clock.now);
  expect(seen.passed.at(-1)).toBe('1:f199');
  expect(seen.passed.length).toBeLessThanOrEqual(101);
});

test('[PROOF8] frames that proofs went past are called unproven, though none of them is old', async () => {
  const { clock, seen, stream } = await table();
  const frames = await sealMany(stream, 'opus', 'f', 100, START);
  // Of the many proofs of the first second three in a row are lost, each with the frame that it rides in.
  const carriers = frames.filter(({ bytes }) => bytes.at(-1) === 0x81).slice(3, 6);
  expect((carriers[2]?.at ?? 0) - (carriers[0]?.at ?? 0)).toBeLessThan(200);
  await deliver(
    seen,
    1,
    'opus',
    clock,
    frames.filter((frame) => !carriers.includes(frame)),
  );
  expect(seen.states(1)).toEqual(['proven', 'unproven', 'proven']);
  expect(seen.passed).toHaveLength(97);
});

test('[PROOF9] with a fifth of all frames lost, a track whose sender knows it never goes dark', async () => {
  const { clock, seen, stream } = await table();
  stream.setLoss(0.2);
  const seed = Number(process.env.PARLEY_SEED ?? 20261122);
  const random = seeded(seed);
  const frames = (await sealMany(stream, 'opus', 'f', 3000, START)).filter(() => random() >= 0.2);
  await deliver(seen, 1, 'opus', clock, frames);
  expect(seen.states(1), `seed ${seed}`).not.toContain('dark');
  expect(seen.passed.length, `seed ${seed}`).toBeGreaterThan(frames.length - 20);
}, 20_000);
