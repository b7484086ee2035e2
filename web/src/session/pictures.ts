import type { FromWorker, Media, ProofState } from '../platform/frames/control.ts';

/** What a pipe carries, as the frame worker proved it. */
export type Carried = {
  readonly pipe: number;
  readonly binding: number;
  readonly seating: number;
  readonly media: Media;
  readonly proof: ProofState | 'waiting';
  readonly sinceMs: number;
  /** False until the page moved the track to this seat: nothing of it is shown before. */
  readonly bound: boolean;
};

/** All pipes that carry somebody's frames. */
export type Pictures = ReadonlyMap<number, Carried>;

/** The pictures after a word of the worker. */
export const hearWorker = (pictures: Pictures, said: FromWorker): Pictures => {
  if (said.kind === 'bind') {
    const { pipe, binding, seating, media } = said;
    // The newest pipe of a seat's picture or sound is the one shown: an older one belongs to a connection that went.
    const kept = [...pictures].filter(
      ([, one]) => one.pipe !== pipe && !(one.seating === seating && one.media === media),
    );
    return new Map([...kept, [pipe, { pipe, binding, seating, media, proof: 'waiting', sinceMs: 0, bound: false }]]);
  }
  if (said.kind !== 'proof') return pictures;
  const carried = pictures.get(said.pipe);
  if (!carried || carried.seating !== said.seating) return pictures;
  return new Map(pictures).set(said.pipe, { ...carried, proof: said.state, sinceMs: said.sinceMs });
};

/** The pictures after the page moved a pipe's track for a binding; another one may have been said meanwhile. */
export const boundPipe = (pictures: Pictures, pipe: number, binding: number): Pictures => {
  const carried = pictures.get(pipe);
  return carried?.binding === binding ? new Map(pictures).set(pipe, { ...carried, bound: true }) : pictures;
};

/** The pipe that carries a seat's picture or sound. */
export const carriedBy = (pictures: Pictures, seating: number, media: Media): Carried | null =>
  [...pictures.values()].find((one) => one.seating === seating && one.media === media) ?? null;
