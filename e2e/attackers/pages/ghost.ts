import { Room, RoomEvent, Track } from 'livekit-client';
import { Refusal } from '../../../protocol/src/bytes/index.ts';
import { readHeader } from '../../../protocol/src/frames/header.ts';
import { splitKid } from '../../../protocol/src/frames/kid.ts';
import { type Forger, forge, openAll, type SavedKey, type Seen } from './forge.ts';
import { type Manipulation, type Relay, relay } from './relay.ts';

/** A plain livekit-client with a token that the SFU made for it: it listens, and sends what it likes. */
export type Ghost = {
  /** Joins an SFU; `watch`: whose frames it looks at (transport names), everybody's when left out. */
  join(url: string, token: string): Promise<void>;
  observed(): Promise<Observed>;
  /** Transport names of those who publish here. */
  publishers(): readonly string[];
  /** Publishes a picture and a sound of its own, in clear. */
  publishPlain(): Promise<void>;
  /** Takes what the one who publishes here sends, under whatever transport name, and sends it on as its own. */
  publishRelay(): Promise<void>;
  manipulate(how: Manipulation): void;
  /** Sends frames that it seals with keys it was given, as whoever the forger names. */
  publishForged(forger: Forger): Promise<void>;
  /** Streams under which a leaf sends here, as their frames say in clear. */
  streams(leaf: number): { readonly audio?: number; readonly video?: number };
  /** The newest counter of a leaf's frames; 0 where none came. */
  newest(leaf: number): { readonly counter: number };
  /** Begins to keep every frame that comes. */
  record(): void;
  /** How many of the frames kept since `record` open under any of the keys. */
  open(keys: readonly SavedKey[]): Promise<{ readonly tried: number; readonly opened: number }>;
  sent(): Sent;
  leave(): Promise<void>;
};

export type Sent = { readonly audio: number; readonly video: number };

export type Observed = {
  readonly audio: number;
  readonly video: number;
  /** Frames without an SFrame header that names a leaf. */
  readonly bare: number;
  /** Frames that came under a key ID and counter seen before. */
  readonly repeated: number;
  readonly framesDecoded: number;
  readonly bares: readonly string[];
};

type Frame = { data: ArrayBuffer; readonly type?: string };
type Ends = {
  createEncodedStreams(): { readonly readable: ReadableStream<Frame>; readonly writable: WritableStream<Frame> };
};
type Kind = 'audio' | 'video';
type Handler = (frame: Frame) => ArrayBuffer | null | Promise<ArrayBuffer | null>;

const counts = { audio: 0, video: 0, bare: 0, repeated: 0 };
const sent = { audio: 0, video: 0 };
/** The first bytes of frames that were bare, to tell where they come from. */
const bares: string[] = [];
const streams = new Map<string, number>();
const newest = new Map<number, number>();
const counters = new Map<number, Set<number>>();
const connections: RTCPeerConnection[] = [];
const kept: Seen[] = [];
let recording = false;
let room: Room;
let outgoing: { readonly [kind in Kind]: Handler } = { audio: (frame) => frame.data, video: (frame) => frame.data };
let relayed: Relay | null = null;

const kindOf = (track: MediaStreamTrack | null): Kind => (track?.kind === 'audio' ? 'audio' : 'video');

/** LiveKit itself ends a sound with frames of Opus silence: 3 bytes and 77 zeros, nobody's; what follows is its padding. */
const isSilence = (frame: Uint8Array): boolean =>
  frame[0] === 0xf8 && frame[1] === 0xff && frame[2] === 0xfe && frame.subarray(3, 80).every((byte) => byte === 0);

const look = (kind: Kind, frame: Uint8Array<ArrayBuffer>): void => {
  if (kind === 'audio' && isSilence(frame)) return;
  counts[kind] += 1;
  const header = readHeader(frame, kind === 'video' ? 1 : 0);
  const kid = header instanceof Refusal ? undefined : splitKid(header.kid);
  if (header instanceof Refusal || !kid || kid.leaf > 16) {
    counts.bare += 1;
    bares.push(
      `${kind} ${frame.length}: ${[...frame.slice(0, 4), ...frame.slice(76)].map((byte) => byte.toString(16)).join(' ')}`,
    );
    return;
  }
  streams.set(`${kid.leaf} ${kind}`, kid.stream);
  newest.set(kid.leaf, Math.max(newest.get(kid.leaf) ?? 0, header.counter));
  const seen = counters.get(header.kid) ?? new Set();
  counters.set(header.kid, seen);
  if (seen.has(header.counter)) counts.repeated += 1;
  seen.add(header.counter);
};

const pipe = (end: RTCRtpSender | RTCRtpReceiver, through: (frame: Frame) => Promise<boolean>): void => {
  const { readable, writable } = (end as unknown as Ends).createEncodedStreams();
  const transform = async (frame: Frame, controller: TransformStreamDefaultController<Frame>) => {
    if (await through(frame)) controller.enqueue(frame);
  };
  void readable
    .pipeThrough(new TransformStream({ transform }))
    .pipeTo(writable)
    .catch(() => {});
};

const piped = new WeakSet<RTCRtpSender | RTCRtpReceiver>();
class Watched extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(watchable(configuration));
    connections.push(this);
    this.addEventListener('track', () => this.sweep());
  }
  override setConfiguration(configuration?: RTCConfiguration): void {
    super.setConfiguration(watchable(configuration));
  }
  override addTransceiver(track: MediaStreamTrack | string, init?: RTCRtpTransceiverInit): RTCRtpTransceiver {
    const transceiver = super.addTransceiver(track, init);
    this.sweep();
    return transceiver;
  }
  sweep(): void {
    for (const { sender, receiver } of this.getTransceivers()) {
      const kind = kindOf(receiver.track);
      if (!piped.has(receiver)) pipe(receiver, (frame) => received(kind, frame));
      if (!piped.has(sender)) pipe(sender, (frame) => sends(kind, frame));
      piped.add(receiver);
      piped.add(sender);
    }
  }
}

const received = async (kind: Kind, frame: Frame): Promise<boolean> => {
  const data = new Uint8Array(frame.data.slice(0));
  look(kind, data);
  if (recording) kept.push({ kind, data });
  relayed?.take(kind, data, frame.type === 'key');
  return true;
};

const sends = async (kind: Kind, frame: Frame): Promise<boolean> => {
  const data = await outgoing[kind](frame);
  if (!data) return false;
  frame.data = data;
  sent[kind] += 1;
  return true;
};

const watchable = (configuration: RTCConfiguration | undefined): RTCConfiguration => {
  const flag = { encodedInsertableStreams: true };
  return { ...configuration, ...flag };
};
Object.assign(globalThis, { RTCPeerConnection: Watched });

/** A small red picture and a high tone: nobody at the table has either. */
const carriers = (framesPerSecond: number) => {
  const canvas = document.createElement('canvas');
  canvas.width = 160;
  canvas.height = 90;
  const drawing = canvas.getContext('2d');
  let at = 0;
  const draw = () => {
    if (!drawing) return;
    drawing.fillStyle = '#ff0000';
    drawing.fillRect(0, 0, 160, 90);
    drawing.fillStyle = '#ffffff';
    at += 3;
    drawing.fillRect(at % 160, 40, 8, 8);
  };
  draw();
  const stream = canvas.captureStream(framesPerSecond);
  if (framesPerSecond > 0) setInterval(draw, 1000 / framesPerSecond);
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 1900 });
  const destination = context.createMediaStreamDestination();
  tone.connect(destination);
  tone.start();
  const [video] = stream.getVideoTracks();
  const [audio] = destination.stream.getAudioTracks();
  if (!video || !audio) throw new Error('no tracks');
  const step = () => {
    draw();
    if ('requestFrame' in video && typeof video.requestFrame === 'function') video.requestFrame();
  };
  return { video, audio, step };
};

const publish = async (
  framesPerSecond: number,
): Promise<{ readonly step: () => void; readonly sender: RTCRtpSender | undefined }> => {
  const { video, audio, step } = carriers(framesPerSecond);
  const picture = await room.localParticipant.publishTrack(video, {
    videoCodec: 'vp9',
    simulcast: false,
    backupCodec: false,
    scalabilityMode: 'L1T1',
    source: Track.Source.Camera,
    videoEncoding: { maxBitrate: 300_000, maxFramerate: 30 },
  });
  await room.localParticipant.publishTrack(audio, { red: false, dtx: false, source: Track.Source.Microphone });
  return { step, sender: picture.track?.sender };
};

const ghost: Ghost = {
  async join(url, token) {
    room = new Room({ adaptiveStream: false, dynacast: false });
    room.on(RoomEvent.TrackSubscribed, (track) => document.body.append(track.attach()));
    await room.connect(url, token, { rtcConfig: { iceServers: [] } });
  },
  async observed() {
    let framesDecoded = 0;
    for (const connection of connections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp') framesDecoded += Number(report.framesDecoded ?? 0);
      }
    }
    return { ...counts, framesDecoded, bares: bares.slice(0, 20) };
  },
  publishers: () =>
    [...room.remoteParticipants.values()]
      .filter(({ trackPublications }) => trackPublications.size > 0)
      .map(({ identity }) => identity),
  async publishPlain() {
    outgoing = { audio: (frame) => frame.data, video: (frame) => frame.data };
    await publish(10);
  },
  async publishRelay() {
    let step = () => {};
    let key = () => {};
    relayed = relay((isKey) => {
      if (isKey) key();
      step();
    });
    const { next } = relayed;
    outgoing = { audio: () => next('audio', false), video: (frame) => next('video', frame.type === 'key') };
    const published = await publish(0);
    step = published.step;
    const { sender } = published;
    key = () => {
      if (!sender) return;
      const parameters = sender.getParameters();
      const options = { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) };
      void Reflect.apply(sender.setParameters, sender, [parameters, options]).catch(() => {});
    };
  },
  manipulate: (how) => relayed?.manipulate(how),
  async publishForged(forger) {
    const video = await forge(forger, 'video');
    const audio = await forge(forger, 'audio');
    outgoing = { audio, video };
    await publish(10);
  },
  streams(leaf) {
    const [audio, video] = [streams.get(`${leaf} audio`), streams.get(`${leaf} video`)];
    return { ...(audio === undefined ? {} : { audio }), ...(video === undefined ? {} : { video }) };
  },
  newest: (leaf) => ({ counter: newest.get(leaf) ?? 0 }),
  record() {
    kept.length = 0;
    recording = true;
  },
  open: async (keys) => openAll(kept, keys),
  sent: () => ({ ...sent }),
  leave: () => room.disconnect(),
};
Object.assign(window, { ghost });
