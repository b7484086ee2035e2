import { createFrameWorker } from '../../web/src/platform/frames/index.ts';
import type { StandInScript } from '../../web/src/platform/stand-in/control.ts';
import { createStandIn } from '../../web/src/platform/stand-in/stand-in.ts';
import type { MediaFacts } from '../../web/src/session/media/facts.ts';
import { createMedia, type Media, type MediaEvent } from '../../web/src/session/media/media.ts';

type Leg = { readonly delegation: string; readonly url: string; readonly token: string };

/** Keys of one epoch as the test fixed them, in JSON. */
export type FixedEpoch = {
  readonly meeting: readonly number[];
  readonly authenticator: readonly number[];
  readonly baseKey: readonly number[];
  readonly ownLeaf: number;
  readonly frameSeed: readonly number[];
  readonly leaves: readonly {
    readonly leaf: number;
    readonly seating: number;
    readonly delegation: string;
    readonly frameKey: readonly number[];
  }[];
};

export type LinkConfig = {
  readonly own: Leg;
  readonly counterpart: Leg;
  readonly epoch: FixedEpoch;
  readonly standIn: StandInScript;
};

/** What a seating's pipes have come to, as the frame worker says it. */
export type Carried = {
  readonly seating: number;
  readonly media: 'audio' | 'video';
  readonly pipe: number;
  readonly proof: string | null;
};

/** What the test drives this page by. */
export type Link = {
  start(config: LinkConfig): void;
  /** Publishes and subscribes; keys stand at once, or after `keysAfterMs` as if an admission took so long. */
  takeSeat(keysAfterMs?: number): void;
  /** Has media flow although no key stands, so that nothing can be shown. */
  takeSeatWithoutKeys(): void;
  giveKeys(): void;
  facts(): Promise<MediaFacts>;
  events(): readonly MediaEvent[];
  carried(): readonly Carried[];
  /** Milliseconds from `takeSeat` to the first picture of somebody else on a video element, or null. */
  firstPictureMs(): number | null;
  /** The hue, 0 to 359, of a seating's picture's bare wall; null while none is shown. */
  hueOf(seating: number): number | null;
  /** The strongest frequency, in hertz, in a seating's sound; null while there is none. */
  pitchOf(seating: number): number | null;
  /** Stops sealing (keys are awaited), and starts again under the same keys. */
  halt(): void;
  resume(): void;
  /** Makes our next picture a key frame, as one does for whoever joined. */
  keyFrame(): void;
  renew(delegation: string): void;
  /** Ends the frame worker, as a crash would. */
  killWorker(): void;
};

const bytes = (numbers: readonly number[]) => Uint8Array.from(numbers);

let media: Media;
let frames: ReturnType<typeof createFrameWorker>;
const events: MediaEvent[] = [];
const carried = new Map<string, Carried>();
const shown = new Map<string, HTMLVideoElement | AnalyserNode>();
let context: AudioContext;
let installKeys: () => void;
let clickedAt = 0;
let shownAfter: number | null = null;

const link: Link = {
  start({ own, counterpart, epoch, standIn }) {
    context = new AudioContext();
    frames = createFrameWorker();
    frames.hear((said) => {
      if (said.kind === 'bind') {
        const { seating, pipe, binding } = said;
        const key = `${seating} ${said.media}`;
        carried.set(key, { seating, media: said.media, pipe, proof: null });
        show(key, pipe, said.media);
        frames.post({ kind: 'bound', pipe, binding });
      }
      if (said.kind === 'proof') {
        const key = `${said.seating} ${said.media}`;
        carried.set(key, { seating: said.seating, media: said.media, pipe: said.pipe, proof: said.state });
      }
      if (said.kind === 'alarm') events.push({ kind: 'alarm', code: said.code, detail: `pipe ${said.pipe}` });
    });
    installKeys = () =>
      frames.post({
        kind: 'epoch',
        circle: 'table',
        generation: 0,
        epoch: 1,
        meeting: bytes(epoch.meeting),
        authenticator: bytes(epoch.authenticator),
        baseKey: bytes(epoch.baseKey),
        ownLeaf: epoch.ownLeaf,
        frameSeed: bytes(epoch.frameSeed),
        leaves: epoch.leaves.map((leaf) => ({ ...leaf, frameKey: bytes(leaf.frameKey) })),
      });
    media = createMedia({
      worker: frames.worker,
      legs: [
        { ...own, publishes: true, token: async () => own.token },
        { ...counterpart, publishes: false, token: async () => counterpart.token },
      ],
      tell: (event) => {
        if (event.kind !== 'facts' && event.kind !== 'legs') events.push(event);
      },
      sends: () => true,
    });
    const { video, audio } = createStandIn(standIn);
    media.send('video', video);
    media.send('audio', audio);
    media.prepare();
  },
  takeSeat(keysAfterMs = 0) {
    clickedAt = performance.now();
    media.takeSeat();
    const stand = () => {
      installKeys();
      link.resume();
    };
    if (keysAfterMs === 0) stand();
    else setTimeout(stand, keysAfterMs);
  },
  takeSeatWithoutKeys() {
    media.takeSeat();
    media.flow(true);
  },
  giveKeys: () => installKeys(),
  facts: () => media.measure(),
  events: () => events,
  carried: () => [...carried.values()],
  firstPictureMs: () => shownAfter,
  hueOf: (seating) => {
    const element = shown.get(`${seating} video`);
    return element instanceof HTMLVideoElement && element.videoWidth > 0 ? wallHue(element) : null;
  },
  pitchOf: (seating) => {
    const analyser = shown.get(`${seating} audio`);
    return analyser instanceof AnalyserNode ? strongest(analyser) : null;
  },
  halt() {
    frames.post({ kind: 'halt' });
    media.flow(false);
  },
  resume() {
    frames.post({ kind: 'send', generation: 0, epoch: 1 });
    media.flow(true);
  },
  keyFrame: () => media.keyFrame(),
  killWorker: () => frames.close(),
  renew: (delegation) => media.renew(delegation, 'asked by the test'),
};

function show(key: string, pipe: number, kind: 'audio' | 'video'): void {
  const track = media.trackOf(pipe);
  if (track === null) return;
  const element = document.createElement('video');
  element.autoplay = true;
  element.muted = kind === 'audio';
  element.srcObject = new MediaStream([track]);
  document.body.append(element);
  if (kind === 'video') {
    shown.set(key, element);
    element.requestVideoFrameCallback(() => {
      shownAfter ??= performance.now() - clickedAt;
    });
    return;
  }
  const analyser = new AnalyserNode(context, { fftSize: 8192 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  shown.set(key, analyser);
}

function wallHue(element: HTMLVideoElement): number | null {
  const canvas = new OffscreenCanvas(1, 1);
  const drawing = canvas.getContext('2d');
  drawing?.drawImage(element, 8, element.videoHeight / 2, 16, 16, 0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = drawing?.getImageData(0, 0, 1, 1).data ?? [];
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread < 10) return null;
  const sixth =
    most === red ? (green - blue) / spread : most === green ? 2 + (blue - red) / spread : 4 + (red - green) / spread;
  return (sixth * 60 + 360) % 360;
}

function strongest(analyser: AnalyserNode): number | null {
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const loudest = bins.reduce((best, level, bin) => (level > (bins[best] ?? -Infinity) ? bin : best), 0);
  return (bins[loudest] ?? -Infinity) < -60 ? null : (loudest * context.sampleRate) / analyser.fftSize;
}

Object.assign(window, { link });
