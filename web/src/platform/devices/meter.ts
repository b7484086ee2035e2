/** How loud a track is now, 0 to 1 (60 dB of range). */
export type Meter = { readonly level: () => number; readonly close: () => void };

/**
 * Measures a track. It works under `script-src 'self'`: no worklet is loaded.
 *
 * @param context a context that a gesture has started; while it is suspended the level is 0
 */
export function meterOf(context: AudioContext, track: MediaStreamTrack): Meter {
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      return levelOf(samples);
    },
    close: () => source.disconnect(),
  };
}

/** Root mean square of samples on a scale of 60 dB: 0 at -60 dB and below, 1 at full scale. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  return Math.min(1, Math.max(0, 1 + (10 * Math.log10(power + 1e-12)) / 60));
}
