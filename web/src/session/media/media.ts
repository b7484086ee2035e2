import type { FromWorker, PipeCounts, ToWorker } from '../../platform/frames/control.ts';
import { type Hook, installHook } from '../../platform/rtc/install.ts';
import { leaking, type Outflow } from '../../platform/rtc/leak.ts';
import type { PipeStatistics } from '../../platform/rtc/statistics.ts';
import { type Echo, hearEcho, isDeaf } from './echo.ts';
import type { MediaFacts } from './facts.ts';
import { Leg, type LegOptions } from './leg.ts';
import { type Media as MediaKind, OwnTracks } from './own-tracks.ts';
import { firstWatch, look, type Remedy, type Watch } from './watchdog.ts';

/** What media tells its owner. */
export type MediaEvent =
  /** A leg's state, or who is there, has changed. */
  | { readonly kind: 'legs' }
  /** New facts, once a second. */
  | { readonly kind: 'facts'; readonly facts: MediaFacts }
  /** Something was found not to flow, and is being mended. */
  | { readonly kind: 'mending'; readonly delegation: string; readonly why: string }
  | { readonly kind: 'mended'; readonly delegation: string; readonly tookMs: number }
  /** What should never happen: frames around our hook, a connection that had to be closed, data from an SFU. */
  | { readonly kind: 'alarm'; readonly code: string; readonly detail: string };

export type MediaOptions = {
  /** The device's one frame worker. Its other messages are the owner's to hear; media listens to `counts` only. */
  readonly worker: Pick<Worker, 'addEventListener'> & {
    postMessage(message: ToWorker, transfer?: Transferable[]): void;
  };
  /** Our own SFU (which publishes) and each counterpart's. */
  readonly legs: readonly LegOptions[];
  readonly tell: (event: MediaEvent) => void;
  /** Whether anybody of a delegation says to send anything. */
  readonly sends: (delegation: string) => boolean;
};

/** Camera, microphone and everyone else's, over all SFUs. */
export type Media = {
  /** Connects to every SFU: nothing is published, nothing subscribed. */
  readonly prepare: () => void;
  /** Publishes (nothing but empty senders until `flow`) and subscribes, now or as soon as connections stand. */
  readonly takeSeat: () => void;
  /** Sends this track, or nothing. The caller keeps it: mutes it by `enabled`, stops it. */
  readonly send: (media: MediaKind, track: MediaStreamTrack | null) => void;
  /**
   * Whether frames flow: true from the moment that keys stand (after the worker was told `send`), false while none may
   * be used. Only while true are our tracks encoded at all, and does the watchdog judge.
   */
  readonly flow: (on: boolean) => void;
  /** Makes our next picture a key frame: after every `send` of an epoch that somebody joined. */
  readonly keyFrame: () => void;
  /** The received track behind a pipe's number, as the worker's `bind` names it. */
  readonly trackOf: (pipe: number) => MediaStreamTrack | null;
  /** The newest facts (at most a second old), with legs as they are now. */
  readonly facts: () => MediaFacts;
  /** Takes facts now. */
  readonly measure: () => Promise<MediaFacts>;
  /** Makes one leg anew under a new transport name (somebody took ours, say). */
  readonly renew: (delegation: string, why: string) => void;
  readonly close: () => void;
};

const EACH_MS = 1_000;

/**
 * Makes media for this page: once, because the hook under livekit-client is for good.
 */
export function createMedia(options: MediaOptions): Media {
  const { worker, tell } = options;
  const hook: Hook = installHook({ worker, alarm: (alarm) => tell({ kind: 'alarm', ...alarm }) });
  const tracks = new OwnTracks();
  const legs = options.legs.map(
    (leg) =>
      new Leg(leg, tracks, (event) => {
        if (event.kind === 'state') tell({ kind: 'legs' });
        else tell({ ...event, delegation: leg.delegation });
      }),
  );
  const counts = new Map<number, PipeCounts>();
  worker.addEventListener('message', (event: MessageEvent<FromWorker>) => {
    if (event.data.kind !== 'counts') return;
    for (const pipe of event.data.pipes) counts.set(pipe.pipe, pipe);
  });

  let newest: MediaFacts = { atMs: 0, legs: [], pipes: [] };
  let outflow: readonly Outflow[] = [];
  let watch: Watch = firstWatch;
  let flowing = false;
  let echoes: ReadonlyMap<number, Echo> = new Map();
  /** Delegations of which something was subscribed anew, and since when. */
  const mending = new Map<string, number>();

  const measure = async (): Promise<MediaFacts> => {
    const statistics = await hook.statistics();
    const pipes = statistics.map((pipe) => {
      const seen = counts.get(pipe.pipe);
      return { ...pipe, sealedIn: seen?.in ?? 0, sealedOut: seen?.out ?? 0, dropped: seen?.dropped ?? {} };
    });
    newest = { atMs: Math.round(performance.now()), legs: legs.map((leg) => leg.facts()), pipes };
    return newest;
  };

  const heal = (remedy: Remedy): void => {
    const leg = legs.find((candidate) => candidate.options.delegation === remedy.delegation);
    if (remedy.kind === 'renew') {
      leg?.renew(remedy.why);
      return;
    }
    const track = hook.pipe(remedy.pipe)?.transceiver.receiver.track;
    if (track === undefined || leg?.resubscribe(track) !== true) return;
    mending.set(remedy.delegation, mending.get(remedy.delegation) ?? performance.now());
    tell({ kind: 'mending', delegation: remedy.delegation, why: 'a picture or sound stands still' });
  };

  /** Says of what was subscribed anew that it flows again, once nothing there stands still any more. */
  const sayMended = (facts: MediaFacts): void => {
    const troubled = facts.pipes.filter(({ pipe }) => (watch.pipes.get(pipe)?.tries ?? 0) > 0);
    for (const [delegation, since] of mending) {
      if (troubled.some((pipe) => pipe.delegation === delegation)) continue;
      mending.delete(delegation);
      tell({ kind: 'mended', delegation, tookMs: performance.now() - since });
    }
  };

  /** Tells the leg by which we publish whether the SFU answers: its connection would not say so for ten seconds. */
  const hearEchoes = (atMs: number, sent: readonly PipeStatistics[]): void => {
    const told = sent.filter(({ answers }) => answers !== null);
    echoes = new Map(
      told.map(({ pipe, answers, packets }) => [pipe, hearEcho(echoes.get(pipe), answers ?? 0, packets, atMs)]),
    );
    const deaf = told.some(({ pipe, packets }) => {
      const echo = echoes.get(pipe);
      return echo !== undefined && isDeaf(echo, packets, atMs);
    });
    for (const leg of legs) if (leg.options.publishes) leg.hears(!deaf);
  };

  const each = async (): Promise<void> => {
    const facts = await measure();
    const sent = facts.pipes.filter((pipe) => pipe.direction === 'send');
    for (const pipe of sent) {
      if (pipe.lossReported !== null) {
        worker.postMessage({ kind: 'loss', pipe: pipe.pipe, fraction: pipe.lossReported });
      }
    }
    hearEchoes(facts.atMs, sent);
    const flow = sent.map((pipe) => ({ pipe: pipe.pipe, bytes: pipe.bytes, sealed: pipe.sealedOut }));
    for (const pipe of leaking(outflow, flow)) {
      tell({ kind: 'alarm', code: 'rtc.around', detail: `pipe ${pipe} sends what was never sealed` });
    }
    outflow = flow;
    const judged = look(watch, facts, flowing, options.sends);
    watch = judged.watch;
    for (const remedy of judged.remedies) heal(remedy);
    sayMended(facts);
    tell({ kind: 'facts', facts });
  };
  const timer = setInterval(() => void each(), EACH_MS);

  return {
    prepare: () => {
      for (const leg of legs) leg.open();
    },
    takeSeat: () => {
      // First ask for what others send, which is one message each; then publish, which is work.
      const inOrder = [...legs].sort((one, other) => Number(one.options.publishes) - Number(other.options.publishes));
      for (const leg of inOrder) leg.takeSeat();
    },
    send: (media, track) => tracks.set(media, track),
    flow: (on) => {
      flowing = on;
      tracks.open(on);
    },
    keyFrame: () => {
      for (const leg of legs) leg.keyFrame();
    },
    trackOf: (pipe) => hook.pipe(pipe)?.transceiver.receiver.track ?? null,
    facts: () => ({ ...newest, legs: legs.map((leg) => leg.facts()) }),
    measure,
    renew: (delegation, why) => legs.find((leg) => leg.options.delegation === delegation)?.renew(why),
    close: () => {
      clearInterval(timer);
      for (const leg of legs) leg.close();
    },
  };
}
