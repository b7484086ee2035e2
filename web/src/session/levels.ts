/** Reads how loud tracks are, for meters: 0 to 1, from the newest 20 ms or so. */
export type Levels = { readonly of: (track: MediaStreamTrack | null) => number };

/** Opens level reading on one audio context. */
export const openLevels = (context: () => AudioContext): Levels => {
  const analysers = new WeakMap<MediaStreamTrack, AnalyserNode>();
  const samples = new Float32Array(1024);
  const analyserOf = (track: MediaStreamTrack): AnalyserNode => {
    const known = analysers.get(track);
    if (known) return known;
    const analyser = context().createAnalyser();
    analyser.fftSize = samples.length;
    context()
      .createMediaStreamSource(new MediaStream([track]))
      .connect(analyser);
    analysers.set(track, analyser);
    return analyser;
  };
  return {
    of: (track) => {
      if (!track || track.readyState === 'ended') return 0;
      analyserOf(track).getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      const decibels = 10 * Math.log10(sum / samples.length + 1e-10);
      return Math.min(1, Math.max(0, (decibels + 60) / 60));
    },
  };
};
