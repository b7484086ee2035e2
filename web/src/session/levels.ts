import { type Meter, meterOf } from '../platform/devices/meter.ts';
import { soundContext } from '../platform/devices/sound-context.ts';

/** Reads how loud tracks are, for meters: 0 to 1, from the newest 20 ms or so. */
export type Levels = {
  readonly of: (track: MediaStreamTrack | null) => number;
  /** Whether the browser measures sound by now. */
  readonly measured: () => boolean;
};

/** Opens level reading: a meter for each track, made when it is first read. */
export const openLevels = (): Levels => {
  const meters = new WeakMap<MediaStreamTrack, Meter>();
  return {
    measured: () => soundContext().state === 'running',
    of: (track) => {
      if (!track || track.readyState === 'ended') return 0;
      const meter = meters.get(track) ?? meterOf(soundContext(), track);
      meters.set(track, meter);
      return meter.level();
    },
  };
};
