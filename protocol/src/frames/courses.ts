import type { ReceiverOut } from './events.ts';
import { createFlow, type Flow } from './flow.ts';
import { judge, type ProofState } from './judge.ts';
import type { Claim } from './proof.ts';
import { createStrand, type Strand } from './strand.ts';

/** What a receiving pipe is. */
export type PipeKind = { readonly delegation: string; readonly media: 'audio' | 'video' };

/** One stream on one pipe. */
export type Course<T> = {
  readonly strand: Strand;
  readonly flow: Flow<T>;
  lastAt: number;
  frames: number;
  said: ProofState | undefined;
  alarmed: boolean;
};

/** One receiving pipe: the streams that it carries, and the one that it is bound to. */
export type Pipe<T> = PipeKind & {
  readonly id: number;
  readonly courses: Map<Strand, Course<T>>;
  bound: Course<T> | undefined;
  binding: number;
  /** When the newest frame of a course came that was bound here and has gone: it may still be in a decoder's buffers. */
  playedAt: number;
};

/** All receiving pipes of a device, and the streams on them. */
export type Courses<T> = {
  readonly attach: (id: number, kind: PipeKind) => void;
  readonly detach: (id: number) => void;
  readonly pipe: (id: number) => Pipe<T> | undefined;
  readonly bound: (id: number, binding: number, now: number) => void;
  /** The strand of a seating's stream, where something is known of it. */
  readonly strand: (seating: number, stream: number) => Strand | undefined;
  /** The course of a frame that opened; undefined where no more streams are remembered. */
  readonly enter: (pipe: Pipe<T>, seating: number, stream: number, now: number) => Course<T> | undefined;
  /** Applies a claim that its strand has accepted, on every pipe. */
  readonly apply: (strand: Strand, claim: Claim, now: number) => void;
  /** Binds where that has become possible, and says what has changed. */
  readonly settle: (pipe: Pipe<T>, course: Course<T>, now: number) => void;
  /** Drops what pipes hold of a seating, and says that it is dark. */
  readonly block: (seating: number) => void;
  /** Forgets the strands of seatings that are not among these. */
  readonly keepOnly: (seatings: ReadonlySet<number>) => void;
  readonly tick: (now: number) => void;
};

/** A pipe may turn to another stream when the one before has been silent so long that decoders have played it out. */
const DRAIN_MS = 500;
/** Streams of which a pipe remembers frames, and how long one must be silent to make room. */
const MAX_COURSES = 4;
const IDLE_MS = 2000;
/** Streams of which replay windows are kept, and of these of one seating: nobody takes up what others need. */
const MAX_STRANDS = 1024;
const MAX_OF_SEATING = 128;
/** A stream of which so many frames came, and no proof in two seconds, is no accident. */
const NEVER_FRAMES = 20;

/** No pipes yet. */
export const createCourses = <T>(out: ReceiverOut<T>): Courses<T> => {
  const pipes = new Map<number, Pipe<T>>();
  const strands = new Map<string, Strand>();
  const labelOf = (seating: number, stream: number): string => `${seating}/${stream}`;

  // A strand that was never proven has shown nothing: its window is not needed.
  const forget = (strand: Strand): void => {
    for (const { courses } of pipes.values()) if (courses.has(strand)) return;
    if (strand.lastProven() < 0) strands.delete(labelOf(strand.seating, strand.stream));
  };

  const leave = (pipe: Pipe<T>, course: Course<T>, code: string): void => {
    course.strand.leave(course.flow.unproven());
    course.flow.discard(code);
    pipe.courses.delete(course.strand);
    if (pipe.bound === course) {
      pipe.bound = undefined;
      pipe.playedAt = course.lastAt;
    }
    forget(course.strand);
  };

  const leaveAll = (strand: Strand, code: string): void => {
    for (const pipe of pipes.values()) {
      const course = pipe.courses.get(strand);
      if (course) leave(pipe, course, code);
    }
  };

  const makeRoom = (pipe: Pipe<T>, now: number): boolean => {
    if (pipe.courses.size < MAX_COURSES) return true;
    for (const course of pipe.courses.values()) {
      if (course === pipe.bound || now - course.lastAt < IDLE_MS) continue;
      leave(pipe, course, 'proof.missing');
      return true;
    }
    return false;
  };

  const strandFor = (seating: number, stream: number): Strand | undefined => {
    const label = labelOf(seating, stream);
    const known = strands.get(label);
    if (known || strands.size >= MAX_STRANDS) return known;
    let own = 0;
    for (const one of strands.values()) if (one.seating === seating) own += 1;
    if (own >= MAX_OF_SEATING) return undefined;
    const strand = createStrand(seating, stream);
    strands.set(label, strand);
    return strand;
  };

  // Only a proof can turn a pipe to a seat: a forged frame must not take a tile away.
  const turn = (pipe: Pipe<T>, course: Course<T>, now: number): void => {
    if (pipe.bound === course || !course.flow.everProven() || now - course.lastAt >= DRAIN_MS) return;
    if (now - (pipe.bound?.lastAt ?? pipe.playedAt) < DRAIN_MS) return;
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
    // What a pipe carried before it was bound to another stream ages on, and must not be taken for that stream. Before
    // anything is proven there is nothing good to say.
    const heard = pipe.bound === undefined || pipe.bound === course;
    if (heard && state !== course.said && (state !== 'proven' || course.flow.everProven())) {
      course.said = state;
      out.say({ kind: 'proof', pipe: pipe.id, seating, media: pipe.media, state, sinceMs });
    }
    if (state === 'dark' && course.frames >= NEVER_FRAMES && !course.flow.everProven() && !course.alarmed) {
      course.alarmed = true;
      out.say({ kind: 'alarm', code: 'proof.never', pipe: pipe.id });
    }
  };

  const settle = (pipe: Pipe<T>, course: Course<T>, now: number): void => {
    turn(pipe, course, now);
    speak(pipe, course, now);
  };

  return {
    attach: (id, kind) => {
      if (pipes.has(id)) throw new Error(`pipe ${id} is attached already`);
      pipes.set(id, {
        ...kind,
        id,
        courses: new Map(),
        bound: undefined,
        binding: 0,
        playedAt: Number.NEGATIVE_INFINITY,
      });
    },

    detach: (id) => {
      const pipe = pipes.get(id);
      pipes.delete(id);
      for (const { strand, flow } of pipe?.courses.values() ?? []) {
        strand.leave(flow.unproven());
        forget(strand);
      }
    },

    pipe: (id) => pipes.get(id),

    bound: (id, binding, now) => {
      const pipe = pipes.get(id);
      if (pipe?.binding === binding) pipe.bound?.flow.setBound(true, now);
    },

    strand: (seating, stream) => strands.get(labelOf(seating, stream)),

    enter: (pipe, seating, stream, now) => {
      const strand = strandFor(seating, stream);
      if (!strand) return undefined;
      let course = pipe.courses.get(strand);
      if (!course && makeRoom(pipe, now)) {
        const flow = createFlow<T>(strand.window, strand.suspicion, {
          pass: (token, media) => out.pass(pipe.id, token, media),
          drop: (code) => out.drop(pipe.id, code),
        });
        course = { strand, flow, lastAt: now, frames: 0, said: undefined, alarmed: false };
        pipe.courses.set(strand, course);
      }
      if (!course) {
        forget(strand);
        return undefined;
      }
      course.lastAt = now;
      course.frames += 1;
      return course;
    },

    apply: (strand, claim, now) => {
      strand.look(claim, now);
      for (const pipe of pipes.values()) {
        const course = pipe.courses.get(strand);
        if (!course) continue;
        course.flow.claim(claim, now);
        settle(pipe, course, now);
      }
    },

    settle,

    block: (seating) => {
      for (const pipe of pipes.values())
        for (const course of [...pipe.courses.values()]) {
          if (course.strand.seating !== seating) continue;
          leave(pipe, course, 'frames.blocked');
          if (course.said !== 'dark')
            out.say({ kind: 'proof', pipe: pipe.id, seating, media: pipe.media, state: 'dark', sinceMs: 0 });
        }
    },

    keepOnly: (seatings) => {
      for (const [label, strand] of strands) {
        if (seatings.has(strand.seating)) continue;
        leaveAll(strand, 'frames.epoch');
        strands.delete(label);
      }
    },

    tick: (now) => {
      for (const pipe of pipes.values())
        for (const course of pipe.courses.values()) {
          course.flow.tick(now);
          settle(pipe, course, now);
        }
    },
  };
};
