import { soundContext } from '../platform/devices/sound-context.ts';
import { keep, recall } from '../platform/memory.ts';

/** Short quiet sounds for one's own ears: each at most 300 ms, and each can be switched off. */
export const signals = ['sits', 'leaves', 'line-lost', 'line-back', 'admitted'] as const;
export type Signal = (typeof signals)[number];

/** Two notes each (Hz): rising for what comes, falling for what goes, a low knock for a lost line. */
const notes: { readonly [signal in Signal]: readonly [number, number] } = {
  sits: [523, 659],
  leaves: [659, 523],
  'line-lost': [220, 196],
  'line-back': [392, 523],
  admitted: [523, 784],
};

const loudness = 0.05;
const memory = (signal: Signal) => `parley.sound.${signal}`;

/** True unless a person switched this sound off in this browser. */
export const isAudible = (signal: Signal): boolean => recall('browser', memory(signal)) !== 'off';

/** Switches one sound on or off, and remembers it. */
export const setAudible = (signal: Signal, audible: boolean): void =>
  keep('browser', memory(signal), audible ? null : 'off');

/** Plays one sound, unless it is switched off or the browser still waits for a gesture. */
export const play = (signal: Signal): void => {
  if (!isAudible(signal)) return;
  const output = soundContext();
  if (output.state !== 'running') {
    // Started by the gesture that comes; a sound that would be late is better not heard.
    void output.resume();
    if (!navigator.userActivation?.hasBeenActive) return;
  }
  const begin = output.currentTime;
  for (const [index, pitch] of notes[signal].entries()) {
    const at = begin + index * 0.11;
    const tone = new OscillatorNode(output, { type: 'sine', frequency: pitch });
    const volume = new GainNode(output, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(loudness, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0005, at + 0.18);
    tone.connect(volume).connect(output.destination);
    tone.start(at);
    tone.stop(at + 0.19);
  }
};
