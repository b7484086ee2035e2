import { type Bytes, Refusal } from '../bytes/index.ts';
import { type MediaCodec, mediaOf } from './codec.ts';
import type { Epoch } from './epoch.ts';
import { createFlow, type Flow } from './flow.ts';
import { type Layout, type Opened, openFrame, readLayout } from './frame.ts';
import { type Clock, judge, lateness, type ProofState } from './judge.ts';
import { createKeyring, type Route } from './keyring.ts';
import { decodeProof, digestOf, lastOf, verifyProof } from './proof.ts';
import { createStrand, type Strand } from './strand.ts';

/** What a receiving pipe is. */
export type PipeKind = { readonly delegation: string; readonly media: 'audio' | 'video' };

/** What a receiver says. `bind`, `proof` and `alarm` as in the control protocol of the frame worker. */
export type ReceiverEvent =
  | {
      readonly kind: 'bind';
      readonly pipe: number;
      readonly binding: number;
      readonly seating: number;
      readonly stream: number;
      readonly media: 'audio' | 'video';
    }
  | {
      readonly kind: 'proof';
      readonly pipe: number;
      readonly seating: number;
      readonly media: 'audio' | 'video';
      readonly state: ProofState;
      readonly sinceMs: number;
    }
  | { readonly kind: 'alarm'; readonly code: string; readonly pipe: number };

/** Where a receiver's decisions go. */
export type ReceiverOut<T> = {
  /** This frame may be shown; `media` is what the encoder made. */
  readonly pass: (pipe: number, token: T, media: ArrayBuffer) => void;
  readonly drop: (pipe: number, code: string) => void;
  readonly say: (event: ReceiverEvent) => void;
};

/** A device's receiving half: it owns every key, replay window and judgement. Times: milliseconds since 1970. */
export type Receiver<T> = {
  /** Receives under this epoch from now on. Refuses (`frames.epoch`) one that stands already. */
  readonly install: (epoch: Epoch) => Refusal | undefined;
  /** Forgets an epoch after a grace of at most ten seconds. */
  readonly retire: (generation: number, epoch: number, afterMs: number, now: number) => void;
  /** Accepts nothing more of a seating. */
  readonly block: (seating: number, now: number) => void;
  readonly setClock: (seating: number, clock: Clock) => void;
  readonly attach: (pipe: number, kind: PipeKind) => void;
  readonly detach: (pipe: number) => void;
  /** The pipe's track hangs at the tile that `bind` named. */
  readonly bound: (pipe: number, binding: number, now: number) => void;
  /** Takes one frame as it came. Calls of one pipe do not overlap. */
  readonly receive: (pipe: number, token: T, sent: Bytes, codec: MediaCodec, now: number) => Promise<void>;
  /** Lets time pass; to be called some ten times a second. */
  readonly tick: (now: number) => void;
};

/** A pipe may turn to another stream when the one before has been silent so long that decoders have played it out. */
const DRAIN_MS = 500;
/** Streams of which a pipe remembers frames. */
const MAX_FLOWS = 4;
/** A stream of which so many frames came, and no proof in two seconds, is no accident. */
const NEVER_FRAMES = 20;
/** Streams of which replay windows are kept. */
const MAX_STRANDS = 1024;

type Course<T> = {
  readonly strand: Strand;
  readonly flow: Flow<T>;
  lastAt: number;
  frames: number;
  said: ProofState | undefined;
  alarmed: boolean;
};

type Pipe<T> = PipeKind & {
  readonly id: number;
  readonly courses: Map<Strand, Course<T>>;
  bound: Course<T> | undefined;
  binding: number;
};

/** Makes a device's receiving half. */
export const createReceiver = <T>(out: ReceiverOut<T>): Receiver<T> => {
  const keyring = createKeyring();
  const pipes = new Map<number, Pipe<T>>();
  const strands = new Map<string, Strand>();
  const blocked = new Set<number>();
  const clocks = new Map<number, Clock>();

  const strandOf = ({ leaf, stream }: Route): Strand | undefined => {
    const label = `${leaf.seating}/${stream}`;
    let strand = strands.get(label);
    if (!strand && strands.size < MAX_STRANDS) {
      strand = createStrand(leaf.seating, stream);
      strands.set(label, strand);
    }
    return strand;
  };

  const forget = (strand: Strand): void => {
    for (const { courses } of pipes.values()) if (courses.has(strand)) return;
    if (strand.lastProven() < 0) strands.delete(`${strand.seating}/${strand.stream}`);
  };

  const leave = (pipe: Pipe<T>, course: Course<T>, code: string): void => {
    course.flow.discard(code);
    pipe.courses.delete(course.strand);
    if (pipe.bound === course) pipe.bound = undefined;
    forget(course.strand);
  };

  const makeRoom = (pipe: Pipe<T>, now: number): boolean => {
    if (pipe.courses.size < MAX_FLOWS) return true;
    for (const course of pipe.courses.values()) {
      if (course === pipe.bound || now - course.lastAt < 4 * DRAIN_MS) continue;
      leave(pipe, course, 'proof.missing');
      return true;
    }
    return false;
  };

  const courseOf = (pipe: Pipe<T>, route: Route, now: number): Course<T> | undefined => {
    const strand = strandOf(route);
    if (!strand) return undefined;
    let course = pipe.courses.get(strand);
    if (!course && makeRoom(pipe, now)) {
      const flow = createFlow<T>(strand.window, {
        pass: (token, media) => out.pass(pipe.id, token, media),
        drop: (code) => out.drop(pipe.id, code),
      });
      course = { strand, flow, lastAt: now, frames: 0, said: undefined, alarmed: false };
      pipe.courses.set(strand, course);
    }
    return course;
  };

  // Only a proof can turn a pipe to a seat: a forged frame must not take a tile away.
  const turn = (pipe: Pipe<T>, course: Course<T>, now: number): void => {
    if (pipe.bound === course || !course.flow.everProven() || now - course.lastAt >= DRAIN_MS) return;
    if (pipe.bound && now - pipe.bound.lastAt < DRAIN_MS) return;
    pipe.bound?.flow.setBound(false, now);
    pipe.bound = course;
    pipe.binding += 1;
    course.said = undefined; // the page forgets what was said of a pipe when it is bound anew
    const { seating, stream } = course.strand;
    out.say({ kind: 'bind', pipe: pipe.id, binding: pipe.binding, seating, stream, media: pipe.media });
  };

  const speak = (pipe: Pipe<T>, course: Course<T>, now: number): void => {
    const { seating } = course.strand;
    const { state, sinceMs } = judge({ ...course.flow.evidence(), lateMs: course.strand.lateMs() }, now);
    // Before anything is proven there is nothing good to say.
    if (state !== course.said && (state !== 'proven' || course.flow.everProven())) {
      course.said = state;
      out.say({ kind: 'proof', pipe: pipe.id, seating, media: pipe.media, state, sinceMs });
    }
    if (state === 'dark' && course.frames >= NEVER_FRAMES && !course.flow.everProven() && !course.alarmed) {
      course.alarmed = true;
      out.say({ kind: 'alarm', code: 'proof.never', pipe: pipe.id });
    }
  };

  const prove = async (pipe: Pipe<T>, route: Route, strand: Strand, raw: Bytes, now: number): Promise<void> => {
    const proof = decodeProof(raw);
    if (proof instanceof Refusal) return out.drop(pipe.id, proof.code);
    if (lastOf(proof) <= strand.lastProven()) return;
    if (!(await verifyProof(route.leaf.frameKey, route.epoch, route.stream, proof)))
      return out.drop(pipe.id, 'proof.signature');
    if (!strand.accept(proof, lateness(proof.time, now, clocks.get(strand.seating)))) return;
    for (const each of pipes.values()) {
      const course = each.courses.get(strand);
      if (!course) continue;
      course.flow.claim(proof, now);
      turn(each, course, now);
      speak(each, course, now);
    }
  };

  type Authentic = { readonly route: Route; readonly opened: Opened; readonly digest: Bytes };

  // The first of the routes under which the frame opens.
  const authenticate = async (
    routes: readonly Route[],
    codec: MediaCodec,
    sent: Bytes,
    layout: Layout,
  ): Promise<Authentic | Refusal> => {
    let refusal = new Refusal('sframe.unauthentic');
    for (const route of routes) {
      if (blocked.has(route.leaf.seating)) {
        refusal = new Refusal('frames.blocked', `seating ${route.leaf.seating}`);
        continue;
      }
      const [opened, digest] = await Promise.all([openFrame(route.cipher, codec, sent, layout), digestOf(sent)]);
      if (!(opened instanceof Refusal)) return { route, opened, digest };
      refusal = opened;
    }
    return refusal;
  };

  // Counters that can bring neither a picture nor a proof cost no decryption.
  const spent = (route: Route | undefined, counter: number): string | undefined => {
    const strand = route && strands.get(`${route.leaf.seating}/${route.stream}`);
    const against = strand?.window.check(counter);
    return against === 'sframe.old' || (against === 'sframe.replay' && counter <= (strand?.lastProven() ?? -1))
      ? against
      : undefined;
  };

  const accept = async (
    pipe: Pipe<T>,
    token: T,
    sent: Bytes,
    codec: MediaCodec,
    now: number,
  ): Promise<string | undefined> => {
    if (mediaOf(codec) !== pipe.media) return 'frames.codec';
    const layout = readLayout(codec, sent);
    if (layout instanceof Refusal) return layout.code;
    const { kid, counter } = layout.header;
    const found = keyring.routes(kid, pipe.delegation, now);
    const routes = found instanceof Promise ? await found : found;
    if (routes instanceof Refusal) return routes.code;
    const early = routes.length === 1 ? spent(routes[0], counter) : undefined;
    if (early) return early;
    const authentic = await authenticate(routes, codec, sent, layout);
    if (authentic instanceof Refusal) return authentic.code;
    const { route, opened, digest } = authentic;
    // What was taken away while WebCrypto worked stays away.
    if (pipes.get(pipe.id) !== pipe || !keyring.stands(route.epoch, now)) return 'frames.epoch';
    if (blocked.has(route.leaf.seating)) return 'frames.blocked';
    keyring.keep(route);
    const course = courseOf(pipe, route, now);
    if (!course) return 'frames.streams';
    course.lastAt = now;
    course.frames += 1;
    const { strand, flow } = course;
    // The proof first: it says of earlier frames whether this one may flow.
    if (opened.proof.length > 0) await prove(pipe, route, strand, opened.proof, now);
    if (blocked.has(route.leaf.seating)) return 'frames.blocked';
    if (pipe.courses.get(strand) !== course) return 'frames.streams';
    flow.arrive({ counter, digest, media: opened.media, token }, strand.known(counter, digest), now);
    turn(pipe, course, now);
    speak(pipe, course, now);
    return undefined;
  };

  return {
    install: keyring.install,
    retire: keyring.retire,

    block: (seating, now) => {
      blocked.add(seating);
      for (const pipe of pipes.values())
        for (const course of [...pipe.courses.values()]) {
          if (course.strand.seating !== seating) continue;
          leave(pipe, course, 'frames.blocked');
          if (course.said !== 'dark')
            out.say({ kind: 'proof', pipe: pipe.id, seating, media: pipe.media, state: 'dark', sinceMs: 0 });
        }
      keyring.sweep(now);
    },

    setClock: (seating, clock) => {
      clocks.set(seating, clock);
    },

    attach: (id, kind) => {
      if (pipes.has(id)) throw new Error(`pipe ${id} is attached already`);
      pipes.set(id, { ...kind, id, courses: new Map(), bound: undefined, binding: 0 });
    },

    detach: (id) => {
      const pipe = pipes.get(id);
      pipes.delete(id);
      if (pipe) for (const { strand } of pipe.courses.values()) forget(strand);
    },

    bound: (id, binding, now) => {
      const pipe = pipes.get(id);
      if (pipe?.binding === binding) pipe.bound?.flow.setBound(true, now);
    },

    receive: async (id, token, sent, codec, now) => {
      const pipe = pipes.get(id);
      const code = pipe ? await accept(pipe, token, sent, codec, now) : 'frames.detached';
      if (code) out.drop(id, code);
    },

    tick: (now) => {
      const seatings = keyring.sweep(now);
      for (const [label, strand] of strands) {
        if (seatings.has(strand.seating)) continue;
        for (const pipe of pipes.values()) {
          const course = pipe.courses.get(strand);
          if (course) leave(pipe, course, 'frames.epoch');
        }
        strands.delete(label);
      }
      for (const pipe of pipes.values())
        for (const course of pipe.courses.values()) {
          course.flow.tick(now);
          turn(pipe, course, now);
          speak(pipe, course, now);
        }
    },
  };
};
