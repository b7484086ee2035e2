import { type Drawn, scriptOf } from '../stand-in/script.ts';
import { canStandIn, createStandIn, type StandIn } from '../stand-in/stand-in.ts';
import { capture } from './capture.ts';
import { type Meter, meterOf } from './meter.ts';
import { soundContext } from './sound-context.ts';
import { testSpeaker } from './speaker.ts';
import { afterPlugging, choicesOf, type DevicesView } from './state.ts';

export type DevicesOptions = {
  /** Who sits here: drawn instead of a camera's picture, when that is chosen. */
  readonly seat: Drawn;
  /** A stand-in sits here: picture drawn, voice made, no device is opened. */
  readonly standIn: boolean;
  /** The stand-in hums at this pitch (hertz) instead of speaking: tests know it by that. */
  readonly tone?: number;
  /** Another seat of this machine is open: the microphone stays shut until somebody asks for it. */
  readonly sharedMachine: boolean;
  /** What was chosen here before; what was not is left to the browser. */
  readonly chosen?: { readonly camera?: string | null; readonly microphone?: string | null };
  /** Told after every change of the state or of a track: hand `track(…)` on then. */
  readonly changed: () => void;
  readonly camera?: MediaTrackConstraints;
  readonly microphone?: MediaTrackConstraints;
};

/** Camera, microphone and loudspeaker. */
export type Devices = {
  readonly view: () => DevicesView;
  /** The track to send, or null while there is none. */
  readonly track: (media: 'audio' | 'video') => MediaStreamTrack | null;
  /** `drawn`: the drawn picture. null: none, the camera's light goes out. */
  readonly chooseCamera: (id: string | 'drawn' | null) => void;
  readonly chooseMicrophone: (id: string | null) => void;
  readonly chooseSpeaker: (id: string) => void;
  readonly testSpeaker: () => void;
  /**
   * Switches what is sent on or off, at once; the device stays open, and one that is chosen later begins the same way.
   * The first time that it is switched on, a microphone that stood shut because of another seat is opened.
   */
  readonly enable: (media: 'audio' | 'video', on: boolean) => void;
  readonly microphoneLevel: () => number;
  readonly close: () => void;
};

/** Opens the preferred camera and microphone (or sits a stand-in), and follows what is plugged in and out. */
export function createDevices(options: DevicesOptions): Devices {
  const media = navigator.mediaDevices;
  let state: DevicesView = {
    cameras: [],
    microphones: [],
    speakers: [],
    camera: { id: null, state: 'asking' },
    microphone: { id: null, state: options.sharedMachine ? 'off' : 'asking' },
    speaker: null,
    picture: null,
    sharedMachine: options.sharedMachine,
  };
  const tracks: { audio: MediaStreamTrack | null; video: MediaStreamTrack | null } = { audio: null, video: null };
  const enabled = { audio: true, video: true };
  /** Counts choices of each kind: a device that opens after another was chosen is closed again. */
  const turn = { audio: 0, video: 0 };
  let standIn: StandIn | null = null;
  let meter: Meter | null = null;
  /** The microphone was never asked for. */
  let unasked = options.sharedMachine && !options.standIn;
  let closed = false;

  const change = (changes: Partial<DevicesView>): void => {
    state = { ...state, ...changes, picture: tracks.video };
    options.changed();
  };
  const say = (kind: 'audio' | 'video', now: DevicesView['camera']): void =>
    change(kind === 'video' ? { camera: now } : { microphone: now });

  const put = (kind: 'audio' | 'video', track: MediaStreamTrack | null): void => {
    // The new track first, the old one stopped after whoever sends it has heard.
    const old = tracks[kind];
    tracks[kind] = track;
    if (track !== null) track.enabled = enabled[kind];
    if (kind === 'audio') {
      meter?.close();
      meter = track === null ? null : meterOf(soundContext(), track);
    }
    queueMicrotask(() => old?.stop());
  };

  const open = async (kind: 'audio' | 'video', id: string | null): Promise<void> => {
    if (kind === 'audio') unasked = false;
    const mine = ++turn[kind];
    say(kind, { id, state: 'asking' });
    const captured = await capture(media, kind, id, kind === 'video' ? options.camera : options.microphone);
    if (closed || mine !== turn[kind]) {
      if (captured.kind === 'track') captured.track.stop();
      return;
    }
    dropDrawn(kind);
    if (captured.kind === 'none') {
      put(kind, null);
      say(kind, { id, state: captured.why });
      return;
    }
    captured.track.addEventListener('ended', () => mine === turn[kind] && void lost(kind));
    put(kind, captured.track);
    say(kind, { id: captured.id, state: 'live' });
    await list();
  };

  const shut = (kind: 'audio' | 'video'): void => {
    if (kind === 'audio') unasked = false; // no microphone is what was wished
    turn[kind]++;
    dropDrawn(kind);
    put(kind, null);
    say(kind, { id: null, state: 'off' });
  };

  const draw = (): void => {
    turn.video++;
    if (!canStandIn()) {
      shut('video');
      return;
    }
    const previous = standIn;
    const speaks = options.standIn ? { tone: options.tone ?? null } : null;
    standIn = createStandIn(scriptOf(options.seat, document.documentElement.lang, speaks));
    put('video', standIn.video);
    if (standIn.audio !== null) put('audio', standIn.audio);
    previous?.stop();
    change({
      camera: { id: null, state: 'drawn' },
      ...(standIn.audio === null ? {} : { microphone: { id: null, state: 'drawn' } }),
    });
  };
  const dropDrawn = (kind: 'audio' | 'video'): void => {
    if (kind === 'audio') return;
    standIn?.stop();
    standIn = null;
  };

  /** Ended by itself: pulled out, or taken away by the system. */
  const lost = async (kind: 'audio' | 'video'): Promise<void> => {
    put(kind, null);
    say(kind, { id: null, state: 'missing' });
    await plugged();
  };

  const list = async (): Promise<void> => {
    const listed = choicesOf(await media.enumerateDevices());
    if (!closed) change(listed);
  };
  const plugged = async (): Promise<void> => {
    await list();
    for (const [kind, listed, current] of [
      ['video', state.cameras, state.camera],
      ['audio', state.microphones, state.microphone],
    ] as const) {
      const todo = afterPlugging(listed, current);
      if (todo === 'reopen') await open(kind, null);
      if (todo === 'lost') {
        put(kind, null);
        say(kind, { id: null, state: 'missing' });
      }
    }
    if (state.speaker !== null && !state.speakers.some(({ id }) => id === state.speaker)) change({ speaker: null });
  };
  const onPlugged = () => void (options.standIn ? list() : plugged());
  media.addEventListener('devicechange', onPlugged);
  const begin = async (): Promise<void> => {
    if (closed) return;
    if (options.standIn) {
      draw();
      return;
    }
    const { camera, microphone } = options.chosen ?? {};
    if (camera === 'drawn') draw();
    else if (camera === null) shut('video');
    else await open('video', camera ?? null);
    if (microphone === null) shut('audio');
    if (microphone === null || unasked) await list();
    else await open('audio', microphone ?? null);
  };
  // Not before the caller holds what it will be told of.
  queueMicrotask(() => void begin());

  return {
    view: () => state,
    track: (kind) => tracks[kind],
    chooseCamera: (id) => {
      if (id === 'drawn') draw();
      else if (id === null) shut('video');
      else void open('video', id);
    },
    chooseMicrophone: (id) => {
      if (id === null) shut('audio');
      else void open('audio', id);
    },
    chooseSpeaker: (id) => change({ speaker: id }),
    testSpeaker: () => void testSpeaker(soundContext(), state.speaker),
    enable: (kind, on) => {
      enabled[kind] = on;
      const track = tracks[kind];
      if (track !== null) track.enabled = on;
      if (on && kind === 'audio' && unasked) {
        unasked = false;
        void open('audio', null);
      }
    },
    microphoneLevel: () => meter?.level() ?? 0,
    close: () => {
      closed = true;
      media.removeEventListener('devicechange', onPlugged);
      put('audio', null);
      put('video', null);
      standIn?.stop();
    },
  };
}
