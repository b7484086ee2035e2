import type { MediaFacts } from './media/facts.ts';
import type { Pictures } from './pictures.ts';

type Since = { readonly count: number; readonly sinceMs: number };

/** Since when nothing new comes, by the clock of the facts. */
export type Stillness = {
  /** Of each receiving pipe of a picture: how many frames were decoded, and since when none. */
  readonly decoded: ReadonlyMap<number, Since>;
  /** … and how many arrived. */
  readonly arrived: ReadonlyMap<number, Since>;
  /** When the picture of each seating was last there. */
  readonly seen: ReadonlyMap<number, number>;
  /** Since when the sound of each seating comes by the pipe by which it comes. */
  readonly heard: ReadonlyMap<number, Since>;
};

/** Nothing observed yet. */
export const unobserved: Stillness = { decoded: new Map(), arrived: new Map(), seen: new Map(), heard: new Map() };

/**
 * The stillness after new facts.
 *
 * @param shows whether a seating says that it sends a picture: while it does not, none is waited for
 */
export const observe = (
  before: Stillness,
  { atMs, pipes }: MediaFacts,
  pictures: Pictures,
  shows: (seating: number) => boolean,
): Stillness => {
  const seatingOf = (pipe: number) => pictures.get(pipe)?.seating;
  const since = (known: Since | undefined, count: number, goesOn: boolean): Since =>
    known && known.count === count && goesOn ? known : { count, sinceMs: atMs };
  const received = pipes.filter(({ direction }) => direction === 'receive');
  const video = received.filter(({ media }) => media === 'video');
  const watch = (known: ReadonlyMap<number, Since>, countOf: (pipe: (typeof video)[number]) => number) =>
    new Map(
      video.map((pipe) => {
        const seating = seatingOf(pipe.pipe);
        return [pipe.pipe, since(known.get(pipe.pipe), countOf(pipe), seating === undefined || shows(seating))];
      }),
    );
  // … nor is one missed that was switched off.
  const off = [...before.seen.keys()].filter((seating) => !shows(seating));
  const there = [...off, ...video.flatMap(({ pipe }) => seatingOf(pipe) ?? [])];
  const audio = received.filter(({ media }) => media === 'audio');
  return {
    decoded: watch(before.decoded, ({ frames }) => frames),
    arrived: watch(before.arrived, ({ sealedIn }) => sealedIn),
    seen: new Map([...before.seen, ...there.map((seating) => [seating, atMs] as const)]),
    heard: new Map(
      audio.flatMap(({ pipe }) => {
        const seating = seatingOf(pipe);
        return seating === undefined ? [] : [[seating, since(before.heard.get(seating), pipe, true)] as const];
      }),
    ),
  };
};

const lasts = (known: Since | undefined, nowMs: number): number => (known ? Math.max(0, nowMs - known.sinceMs) : 0);

/** How long a pipe's picture stood still at the time of the newest facts, in ms. */
export const stillFor = ({ decoded }: Stillness, pipe: number, nowMs: number): number =>
  lasts(decoded.get(pipe), nowMs);

/** How long no frame of a pipe's picture had arrived, in ms. */
export const silentFor = ({ arrived }: Stillness, pipe: number, nowMs: number): number =>
  lasts(arrived.get(pipe), nowMs);

/** How long ago a seating's picture was there last, in ms; null where it never was. */
export const awayFor = ({ seen }: Stillness, seating: number, nowMs: number): number | null => {
  const last = seen.get(seating);
  return last === undefined ? null : Math.max(0, nowMs - last);
};

/** How long a seating's sound had come without its picture, in ms; 0 where that never was there. */
export const soundAloneFor = (stillness: Stillness, seating: number, nowMs: number): number => {
  const away = awayFor(stillness, seating, nowMs);
  return away === null ? 0 : Math.min(away, lasts(stillness.heard.get(seating), nowMs));
};
