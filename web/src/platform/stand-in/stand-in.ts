import type { StandInScript, ToStandIn } from './control.ts';

/** A drawn picture and, where its script has a voice, a made sound: tracks like a camera's and a microphone's. */
export type StandIn = {
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | null;
  readonly stop: () => void;
};

/** Chromium's track that is fed by a stream (mediacapture-transform, its earlier shape: made in a page). */
type Generator = MediaStreamTrack & { readonly writable: WritableStream };
type GeneratorMaker = new (init: { readonly kind: 'audio' | 'video' }) => Generator;

function generatorMaker(): GeneratorMaker | null {
  const maker: unknown = Reflect.get(globalThis, 'MediaStreamTrackGenerator');
  // The one place where this browser's own name for it is believed.
  return typeof maker === 'function' ? (maker as GeneratorMaker) : null;
}

/** Whether this browser can draw in a worker and make a track of it. */
export function canStandIn(): boolean {
  return generatorMaker() !== null && 'OffscreenCanvas' in globalThis;
}

/**
 * Makes a stand-in. It works in a worker, so it moves and speaks in a background tab too, and needs no gesture.
 *
 * @throws where `canStandIn()` is false
 */
export function createStandIn(script: StandInScript): StandIn {
  const Maker = generatorMaker();
  if (Maker === null) throw new Error('this browser makes no tracks of drawn pictures');
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const video = new Maker({ kind: 'video' });
  const audio = script.voice.kind === 'none' ? null : new Maker({ kind: 'audio' });
  const start: ToStandIn = { kind: 'start', script, pictures: video.writable, sounds: audio?.writable ?? null };
  worker.postMessage(start, audio === null ? [video.writable] : [video.writable, audio.writable]);
  return {
    video,
    audio,
    stop: () => {
      worker.postMessage({ kind: 'stop' } satisfies ToStandIn);
      worker.terminate();
      video.stop();
      audio?.stop();
    },
  };
}
