import { expect, test } from 'vitest';
import type { Carried } from './pictures.ts';
import { plays, shows, type TileFacts, tileState } from './tile.ts';

const carried = (media: 'audio' | 'video', proof: Carried['proof'] = 'proven'): Carried => ({
  pipe: media === 'video' ? 1 : 2,
  seating: 7,
  media,
  proof,
  sinceMs: 0,
  binding: 1,
  bound: true,
});

const well: TileFacts = {
  picture: carried('video'),
  sound: carried('audio'),
  says: { audio: true, video: true },
  awayMs: 0,
  soundAloneMs: 0,
  stillMs: 0,
  silentMs: 0,
  line: 'ready',
};

test('Verified stands only while everything that the seat sends is proven', () => {
  expect(tileState(well).kind).toBe('verified');
  for (const proof of ['unproven', 'dark', 'contradicted', 'late', 'waiting'] as const) {
    expect(tileState({ ...well, picture: carried('video', proof) }).kind).not.toBe('verified');
    if (proof !== 'waiting') expect(tileState({ ...well, sound: carried('audio', proof) }).kind).not.toBe('verified');
  }
});

test('A contradicted frame outranks everything else that could be said', () => {
  const facts: TileFacts = { ...well, sound: carried('audio', 'contradicted'), line: 'lost', stillMs: 9_000 };
  expect(tileState(facts)).toEqual({ kind: 'refused', refusal: { code: 'proof.contradicted', detail: '' } });
});

test('What is not bound to its seat, or not proven lately, is not shown', () => {
  expect(shows(carried('video'))).toBe(true);
  expect(shows({ ...carried('video'), bound: false })).toBe(false);
  expect(shows(carried('video', 'waiting'))).toBe(false);
  expect(shows(carried('video', 'dark'))).toBe(false);
  expect(shows(carried('video', 'contradicted'))).toBe(false);
  expect(shows(null)).toBe(false);
});

test('What still comes of a seat that has muted itself is not heard beside “verified”', () => {
  const says = { audio: false, video: true };
  for (const proof of ['proven', 'unproven', 'late'] as const) {
    const sound = carried('audio', proof);
    expect(tileState({ ...well, sound, says }).kind).toBe('verified');
    expect(plays(sound, says.audio), proof).toBe(false);
    expect(plays(sound, true), proof).toBe(true);
  }
});

test('The other states are told apart', () => {
  expect(tileState({ ...well, picture: null, sound: null }).kind).toBe('connecting');
  expect(tileState({ ...well, picture: null, soundAloneMs: 2_000 }).kind).toBe('sound-only');
  expect(tileState({ ...well, picture: null, soundAloneMs: 500 }).kind, 'as a new Room brings it back').toBe(
    'connecting',
  );
  expect(tileState({ ...well, picture: null, soundAloneMs: 0 }).kind).toBe('connecting');
  expect(tileState({ ...well, picture: { ...carried('video'), bound: false } }).kind).toBe('connecting');
  expect(tileState({ ...well, picture: null, says: { audio: true, video: false } }).kind).toBe('camera-off');
  expect(tileState({ ...well, stillMs: 4_000 })).toEqual({ kind: 'still', sinceMs: 4_000 });
  expect(tileState({ ...well, line: 'lost' }).kind).toBe('line-lost');
  expect(tileState({ ...well, line: 'mending' }).kind).toBe('mending');
});

test('What does not arrive is told apart from what arrives and is not proven', () => {
  const dark = { ...well, picture: carried('video', 'dark') };
  expect(tileState(dark).kind).toBe('unproven');
  expect(tileState({ ...dark, silentMs: 1_000 }).kind, 'a camera that was just switched on').toBe('connecting');
  expect(tileState({ ...dark, silentMs: 4_000 })).toEqual({ kind: 'nothing', sinceMs: 4_000 });
  const gone = { ...well, picture: null, sound: null };
  expect(tileState({ ...gone, awayMs: 3_000 }).kind).toBe('connecting');
  expect(tileState({ ...gone, awayMs: 6_000 })).toEqual({ kind: 'nothing', sinceMs: 6_000 });
  expect(tileState({ ...gone, awayMs: null }).kind).toBe('connecting');
  const unproven = { ...well, picture: carried('video', 'unproven') };
  expect(tileState({ ...unproven, silentMs: 1_000 }).kind).toBe('unproven');
  // Sound that is not proven is no less so because the picture is quiet by wish.
  const muteless = { ...well, sound: carried('audio', 'dark'), says: { audio: true, video: false }, silentMs: 9_000 };
  expect(tileState(muteless).kind).toBe('unproven');
});

test('While its line is laid anew, a tile stays verified as long as what flows is proven, and says so once it is not', () => {
  expect(tileState({ ...well, line: 'held' }).kind).toBe('verified');
  expect(tileState({ ...well, line: 'held', says: { audio: true, video: false } }).kind).toBe('camera-off');
  expect(tileState({ ...well, line: 'held', stillMs: 4_000 }).kind).toBe('mending');
  expect(tileState({ ...well, line: 'held', picture: carried('video', 'dark') }).kind).toBe('mending');
  expect(tileState({ ...well, line: 'held', picture: carried('video', 'late') }).kind).toBe('late');
});
