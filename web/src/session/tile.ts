import type { Carried } from './pictures.ts';
import type { TileState } from './view.ts';

/** What is known of a seat's media. */
export type TileFacts = {
  readonly picture: Carried | null;
  readonly sound: Carried | null;
  /** What its device says it sends; null before its first word. */
  readonly says: { readonly audio: boolean; readonly video: boolean } | null;
  /** How long ago its picture was there last, in ms; null where it never was at this sitting. */
  readonly awayMs: number | null;
  /** How long its sound has come without a picture that was there before, in ms; 0 where that is not so. */
  readonly soundAloneMs: number;
  /** How long no frame of its picture was decoded, and how long none arrived, in ms; 0 while frames come. */
  readonly stillMs: number;
  readonly silentMs: number;
  /** Its delegation's SFU is not reached, or being connected anew; held: what flowed goes on meanwhile. */
  readonly line: 'ready' | 'held' | 'mending' | 'lost';
};

/** A picture that stands still, or is away while sound comes, for longer than this says so, in ms. */
const STILL = 1_500;

/** Whether a pipe's frames may be shown: bound to this seat, and proven or waiting for the next proof. */
export const shows = (carried: Carried | null): boolean =>
  carried?.bound === true && (carried.proof === 'proven' || carried.proof === 'unproven' || carried.proof === 'late');

/** Whether a pipe is seen or heard: not where its seat says that it sends none, since a tile judges only what it expects. */
export const plays = (carried: Carried | null, says: boolean | undefined): carried is Carried =>
  says !== false && shows(carried);

/** What a tile says, worst first; `verified` only while everything that it shows is proven. */
export const tileState = (facts: TileFacts): TileState => {
  const { picture, sound, says } = facts;
  const all = [picture, sound].filter((one) => one !== null);
  if (all.some((one) => one.proof === 'contradicted'))
    return { kind: 'refused', refusal: { code: 'proof.contradicted', detail: '' } };
  if (facts.line === 'lost') return { kind: 'line-lost' };
  if (facts.line === 'mending') return { kind: 'mending' };
  const expected = [...(says?.video === false ? [] : [picture]), ...(says?.audio === false ? [] : [sound])];
  const late = expected.find((one) => one?.proof === 'late');
  if (late) return { kind: 'late', byMs: late.sinceMs };
  const flowing = flowState(facts, expected);
  return facts.line === 'held' && STOPPED.has(flowing.kind) ? { kind: 'mending' } : flowing;
};

/** A picture that was there, and does not come back with a new line within so long, is missed, in ms. */
const MISSED = 4_000;

/** What a line that is being laid anew explains. */
const STOPPED: ReadonlySet<TileState['kind']> = new Set(['unproven', 'connecting', 'still', 'nothing']);

const flowState = (facts: TileFacts, expected: readonly (Carried | null)[]): TileState => {
  const { picture, sound, says } = facts;
  const unproven = expected.some((one) => one?.proof === 'unproven' || one?.proof === 'dark');
  if (unproven && picture && says?.video !== false && facts.silentMs > 0) {
    if (facts.silentMs > STILL) return { kind: 'nothing', sinceMs: facts.silentMs };
    if (picture.proof === 'dark') return { kind: 'connecting' };
  }
  if (unproven) return { kind: 'unproven' };
  if (!says || (!picture && !sound)) {
    if (says?.video === false && says.audio === false) return { kind: 'camera-off' };
    const { awayMs } = facts;
    return says?.video && awayMs !== null && awayMs > MISSED
      ? { kind: 'nothing', sinceMs: awayMs }
      : { kind: 'connecting' };
  }
  if (says.video && !picture)
    return facts.soundAloneMs > STILL && sound?.proof === 'proven' ? { kind: 'sound-only' } : { kind: 'connecting' };
  if (says.video && !shows(picture)) return { kind: 'connecting' };
  if (!says.video) return { kind: 'camera-off' };
  if (facts.stillMs > STILL) return { kind: 'still', sinceMs: facts.stillMs };
  return { kind: 'verified' };
};
