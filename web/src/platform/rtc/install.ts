import type { HookAlarm } from './alarm.ts';
import type { FrameWorker } from './frame-worker.ts';
import { type Pipe, Pipes } from './pipes.ts';
import { sealedConnection } from './sealed-connection.ts';
import { type PipeStatistics, statisticsOf } from './statistics.ts';

/** The hook under livekit-client, once installed. */
export type Hook = {
  /** Every pipe of every open connection of this page. */
  readonly pipes: () => readonly Pipe[];
  readonly pipe: (number: number) => Pipe | null;
  readonly pipeOf: (track: MediaStreamTrack) => Pipe | null;
  /** What the browser counted on every pipe until now. */
  readonly statistics: () => Promise<readonly PipeStatistics[]>;
};

/**
 * Replaces `RTCPeerConnection` for the rest of this page's life, before livekit-client is loaded. There is no way back
 * and no second installation: frames must never find another way out.
 *
 * @param options.worker the one frame worker of this device
 * @param options.alarm told of everything that should never happen
 * @throws when it is installed already
 */
export function installHook(options: {
  readonly worker: FrameWorker;
  readonly alarm: (alarm: HookAlarm) => void;
}): Hook {
  const pipes = new Pipes(options.worker);
  const value = sealedConnection(globalThis.RTCPeerConnection, pipes, options.alarm);
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) {
    Object.defineProperty(globalThis, name, { value, writable: false, configurable: false, enumerable: false });
  }
  return {
    pipes: () => pipes.all(),
    pipe: (number) => pipes.numbered(number),
    pipeOf: (track) => pipes.ofTrack(track),
    statistics: () => statisticsOf(pipes.all()),
  };
}
