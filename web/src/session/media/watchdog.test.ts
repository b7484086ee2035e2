import { expect, test } from 'vitest';
import type { LegFacts, MediaFacts, PipeFacts } from './facts.ts';
import { pictureCodec } from './publish-options.ts';
import { waitBefore } from './retry.ts';
import { firstWatch, look, type Remedy } from './watchdog.ts';

const leg = (delegation: string, changes: Partial<LegFacts> = {}): LegFacts => ({
  delegation,
  state: 'ready',
  name: 'me',
  present: [{ name: 'them', audio: true, video: true }],
  ...changes,
});

const pipe = (number: number, delegation: string, counts: Partial<PipeFacts>): PipeFacts => ({
  pipe: number,
  direction: 'receive',
  media: 'video',
  delegation,
  packets: 0,
  bytes: 0,
  frames: 0,
  keyFrames: 0,
  samples: 0,
  energy: 0,
  packetsLost: 0,
  lossReported: null,
  answers: null,
  roundTripMs: null,
  sealedIn: 0,
  sealedOut: 0,
  dropped: {},
  ...counts,
});

/** Looks once a second at facts made for that second; says which remedies came at which second. */
function watchFor(seconds: number, facts: (second: number) => Omit<MediaFacts, 'atMs'>, expected = true, sends = true) {
  let watch = firstWatch;
  const said: (Remedy & { readonly second: number })[] = [];
  for (let second = 0; second <= seconds; second++) {
    const looked = look(watch, { atMs: second * 1000, ...facts(second) }, expected, () => sends);
    watch = looked.watch;
    said.push(...looked.remedies.map((remedy) => ({ ...remedy, second })));
  }
  return said;
}

const well = (second: number) => ({ bytes: second * 1000, frames: second * 15, sealedIn: second, sealedOut: second });
const dark = (second: number) => ({ bytes: second * 1000, sealedIn: second });

test('what flows is left alone', () => {
  expect(watchFor(60, (second) => ({ legs: [leg('a')], pipes: [pipe(1, 'a', well(second))] }))).toEqual([]);
});

test('what may not flow yet is not judged', () => {
  expect(watchFor(60, (second) => ({ legs: [leg('a')], pipes: [pipe(1, 'a', dark(second))] }), false)).toEqual([]);
});

test('packets without pictures: subscribed anew after three seconds, then a new Room, then ever more slowly', () => {
  const said = watchFor(60, (second) => ({ legs: [leg('a')], pipes: [pipe(1, 'a', dark(second))] }));
  expect(said[0]).toMatchObject({ kind: 'resubscribe', pipe: 1, second: 4 });
  expect(said.find(({ kind }) => kind === 'renew')).toMatchObject({ delegation: 'a', second: 7 });
  const renewals = said.filter(({ kind }) => kind === 'renew').map(({ second }) => second);
  const gaps = renewals.slice(1).map((second, n) => second - (renewals[n] ?? 0));
  expect(gaps).toEqual([...gaps].sort((one, other) => one - other));
  expect(renewals.length).toBeLessThan(6);
});

test('decoded without having passed the worker, or passed and not decoded: both stand still', () => {
  const undecoded = (second: number) => ({ bytes: second * 1000, sealedIn: second, sealedOut: second });
  const around = (second: number) => ({ bytes: second * 1000, frames: second });
  for (const counts of [undecoded, around]) {
    const said = watchFor(5, (second) => ({ legs: [leg('a')], pipes: [pipe(1, 'a', counts(second))] }));
    expect(said).toMatchObject([{ kind: 'resubscribe', pipe: 1 }]);
  }
});

test('one dark pipe among healthy ones never costs the others their Room', () => {
  const said = watchFor(120, (second) => ({
    legs: [leg('a')],
    pipes: [pipe(1, 'a', dark(second)), pipe(2, 'a', well(second))],
  }));
  expect(new Set(said.map(({ kind }) => kind))).toEqual(new Set(['resubscribe']));
});

test('nothing arrives although somebody publishes: a new Room after five seconds', () => {
  const said = watchFor(8, () => ({ legs: [leg('a'), leg('b', { present: [] })], pipes: [pipe(1, 'a', {})] }));
  expect(said).toMatchObject([{ kind: 'renew', delegation: 'a', why: 'nothing arrives', second: 6 }]);
});

test('nothing arrives, from people who say that they send nothing: all is well', () => {
  expect(watchFor(60, () => ({ legs: [leg('a')], pipes: [pipe(1, 'a', {})] }), true, false)).toEqual([]);
});

test('a new Room that is no better makes the next one wait longer, though it looks well at first', () => {
  const said = watchFor(60, (second) => ({
    legs: [leg('a', second % 7 === 0 ? { present: [] } : {})],
    pipes: [pipe(1, 'a', {})],
  }));
  expect(said.map(({ second }) => second)).toEqual([6, 16, 36]);
});

test('padding is no arrival', () => {
  const said = watchFor(5, (second) => ({
    legs: [leg('a', { present: [] })],
    pipes: [pipe(1, 'a', { packets: second * 20 })],
  }));
  expect(said).toEqual([]);
});

test('sound flows by what is played', () => {
  const said = watchFor(10, (second) => ({
    legs: [leg('a')],
    pipes: [pipe(1, 'a', { media: 'audio', bytes: second * 100, samples: second * 48_000, sealedOut: second * 50 })],
  }));
  expect(said).toEqual([]);
});

test('tries to connect come quickly at first, never slower than every two seconds, without end', () => {
  expect([1, 2, 3, 4, 5].map(waitBefore)).toEqual([100, 100, 100, 200, 400]);
  expect(waitBefore(1_000)).toBe(2_000);
});

test('VP9 where the browser can send it, else VP8', () => {
  expect(pictureCodec(['video/VP8', 'video/VP9', 'video/H264'])).toBe('vp9');
  expect(pictureCodec(['video/VP8', 'video/H264'])).toBe('vp8');
});
