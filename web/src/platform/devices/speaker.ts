/** Elements whose output can be chosen (Audio Output Devices API); Safari has it for none. */
type Sinkable = HTMLMediaElement & { setSinkId?(id: string): Promise<void> };

/** Sends an element's sound to a loudspeaker; where the browser cannot, its own choice stands. */
async function playOn(element: Sinkable, speaker: string | null): Promise<void> {
  await element.setSinkId?.(speaker ?? '').catch(() => {});
}

/**
 * Two soft notes on one loudspeaker, 0.6 s, about -26 dB.
 *
 * @param context started by the gesture that asked for the test
 */
export async function testSpeaker(context: AudioContext, speaker: string | null): Promise<void> {
  const out = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = out.stream;
  await playOn(element, speaker);
  await context.resume();
  const start = context.currentTime + 0.05;
  const notes = [523.25, 659.25].map((hertz, n) => {
    const note = new OscillatorNode(context, { frequency: hertz });
    const loudness = new GainNode(context, { gain: 0 });
    const at = start + n * 0.25;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.09, at + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
    note.connect(loudness).connect(out);
    note.start(at);
    note.stop(at + 0.4);
    return note;
  });
  await element.play().catch(() => {});
  await new Promise((done) => notes.at(-1)?.addEventListener('ended', done, { once: true }));
  element.srcObject = null;
}
