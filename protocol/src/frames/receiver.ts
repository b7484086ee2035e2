import { type Bytes, Refusal } from '../bytes/index.ts';
import { type MediaCodec, mediaOf } from './codec.ts';
import { createCourses, type Pipe, type PipeKind } from './courses.ts';
import type { Epoch } from './epoch.ts';
import type { ReceiverOut } from './events.ts';
import { type Layout, type Opened, openFrame, readLayout } from './frame.ts';
import { type Clock, lateness } from './judge.ts';
import { createKeyring, type Route } from './keyring.ts';
import { decodeProof, digestOf, lastOf, verifyProof } from './proof.ts';
import type { Strand } from './strand.ts';

/**
 * A device's receiving half: it owns every key, replay window and judgement. `now` counts milliseconds in which the
 * device was awake to hear proofs; `wall` is its clock, milliseconds since 1970, by which lateness is judged.
 */
export type Receiver<T> = {
  /** Receives under this epoch from now on. Refuses (`frames.epoch`) one that stands already. */
  readonly install: (epoch: Epoch) => Refusal | undefined;
  /** Forgets an epoch after a grace of at most ten seconds. */
  readonly retire: (generation: number, epoch: number, afterMs: number, now: number) => void;
  /** Accepts nothing more of a seating. */
  readonly block: (seating: number) => void;
  readonly setClock: (seating: number, clock: Clock) => void;
  /** Opens a pipe under a number never used before. */
  readonly attach: (pipe: number, kind: PipeKind) => void;
  readonly detach: (pipe: number) => void;
  /** The pipe's track hangs at the tile that `bind` named. */
  readonly bound: (pipe: number, binding: number, now: number) => void;
  /** Takes one frame as it came. Calls of one pipe do not overlap. */
  readonly receive: (
    pipe: number,
    token: T,
    sent: Bytes,
    codec: MediaCodec,
    now: number,
    wall: number,
  ) => Promise<void>;
  /** Lets time pass; to be called some ten times a second. */
  readonly tick: (now: number) => void;
};

type Moment = { readonly now: number; readonly wall: number };
type Authentic = { readonly route: Route; readonly opened: Opened; readonly digest: Bytes };

/** Makes a device's receiving half. */
export const createReceiver = <T>(out: ReceiverOut<T>): Receiver<T> => {
  const keyring = createKeyring();
  const courses = createCourses(out);
  const blocked = new Set<number>();
  const clocks = new Map<number, Clock>();

  const prove = async (
    pipe: Pipe<T>,
    route: Route,
    strand: Strand,
    raw: Bytes,
    { now, wall }: Moment,
  ): Promise<void> => {
    const proof = decodeProof(raw);
    if (proof instanceof Refusal) return out.drop(pipe.id, proof.code);
    if (lastOf(proof) <= strand.lastProven()) return;
    if (!(await verifyProof(route.leaf.frameKey, route.epoch, route.stream, proof)))
      return out.drop(pipe.id, 'proof.signature');
    if (strand.accept(proof, lateness(proof.time, wall, clocks.get(strand.seating)))) courses.apply(strand, proof, now);
  };

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
  const spent = ({ leaf, stream }: Route, counter: number): string | undefined => {
    const strand = courses.strand(leaf.seating, stream);
    const against = strand?.window.check(counter);
    if (!strand || !against || against === 'sframe.ahead') return undefined;
    return against === 'sframe.old' || counter <= strand.lastProven() ? against : undefined;
  };

  /** Passes a frame to its flow; the code of what stands against that. */
  const accept = async (
    pipe: Pipe<T>,
    token: T,
    sent: Bytes,
    codec: MediaCodec,
    moment: Moment,
  ): Promise<string | undefined> => {
    const { now } = moment;
    if (mediaOf(codec) !== pipe.media) return 'frames.codec';
    const layout = readLayout(codec, sent);
    if (layout instanceof Refusal) return layout.code;
    const { kid, counter } = layout.header;
    const found = keyring.routes(kid, pipe.delegation, now);
    const routes = found instanceof Promise ? await found : found;
    if (routes instanceof Refusal) return routes.code;
    const early = routes.length === 1 && routes[0] ? spent(routes[0], counter) : undefined;
    if (early) return early;
    const authentic = await authenticate(routes, codec, sent, layout);
    if (authentic instanceof Refusal) return authentic.code;
    const { route, opened, digest } = authentic;
    const { seating } = route.leaf;
    // What was taken away while WebCrypto worked stays away.
    if (courses.pipe(pipe.id) !== pipe) return 'frames.detached';
    if (!keyring.stands(route.epoch, now)) return 'frames.epoch';
    if (blocked.has(seating)) return 'frames.blocked';
    const course = courses.enter(pipe, seating, route.stream, now);
    if (!course) return 'frames.streams';
    keyring.keep(route);
    const { strand, flow } = course;
    // The proof first: it says of earlier frames whether this one may flow.
    if (opened.proof.length > 0) await prove(pipe, route, strand, opened.proof, moment);
    if (blocked.has(seating)) return 'frames.blocked';
    if (pipe.courses.get(strand) !== course) return 'frames.streams';
    flow.arrive({ counter, digest, media: opened.media, token }, strand.known(counter, digest), now);
    courses.settle(pipe, course, now);
    return undefined;
  };

  return {
    install: keyring.install,
    retire: keyring.retire,

    block: (seating) => {
      blocked.add(seating);
      courses.block(seating);
    },

    setClock: (seating, clock) => {
      clocks.set(seating, clock);
    },

    attach: courses.attach,
    detach: courses.detach,
    bound: courses.bound,

    receive: async (id, token, sent, codec, now, wall) => {
      const pipe = courses.pipe(id);
      const code = pipe ? await accept(pipe, token, sent, codec, { now, wall }) : 'frames.detached';
      if (code) out.drop(id, code);
    },

    tick: (now) => {
      courses.keepOnly(keyring.sweep(now));
      courses.tick(now);
    },
  };
};
