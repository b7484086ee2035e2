import { chance } from './chance.ts';

/** Samples a second of everything in this folder. */
export const RATE = 48_000;

/** Something that can be heard, made sample by sample. */
export type Voice = {
  /** Fills the array with the next samples, -1 to 1. */
  fill(out: Float32Array): void;
  /** How far the mouth stands open now, 0 to 1. */
  mouth(): number;
};

/** A pure tone, so that a test knows by its pitch whom it hears. At -26 dB below full scale (RMS). */
export function tone(hertz: number): Voice {
  const step = (2 * Math.PI * hertz) / RATE;
  let phase = 0;
  return {
    fill(out) {
      for (let n = 0; n < out.length; n++) {
        out[n] = 0.0709 * Math.sin(phase);
        phase = (phase + step) % (2 * Math.PI);
      }
    },
    mouth: () => 0.4,
  };
}

/** First three formants of the vowels that it babbles in, in hertz, and how far each opens the mouth. */
const VOWELS = [
  { formants: [730, 1090, 2440], open: 1 },
  { formants: [530, 1840, 2480], open: 0.7 },
  { formants: [270, 2290, 3010], open: 0.35 },
  { formants: [570, 840, 2410], open: 0.8 },
  { formants: [300, 870, 2240], open: 0.3 },
  { formants: [500, 1500, 2500], open: 0.6 },
] as const;
const BANDWIDTHS = [80, 110, 160];
const FORMANT_GAINS = [1, 0.55, 0.25];
/** Brings what comes out of the formants to about -26 LUFS while it speaks. */
const GAIN = 0.0038;
/** Formants and pitch move in steps of this many samples. */
const STEP = 48;

type Syllable = {
  readonly vowel: (typeof VOWELS)[number];
  readonly length: number;
  readonly breath: number;
  readonly pitch: number;
};

/**
 * A calm voice that says nothing: syllables of formants over a pitch that falls through each phrase, then a pause.
 *
 * @param seed gives each seat its pitch and its own way of talking
 */
export function speech(seed: number): Voice {
  const random = chance(seed);
  const between = (low: number, high: number) => low + (high - low) * random();
  const base = random() < 0.5 ? between(95, 125) : between(165, 205);
  const formants = [500, 1500, 2500];
  const memory = BANDWIDTHS.map(() => ({ a: 0, b: 0, one: 0, two: 0 }));
  let phrase: Syllable[] = [];
  let syllable: Syllable | null = null;
  let at = 0;
  let pause = Math.round(between(0.2, 1) * RATE);
  let phase = 0;
  let hertz = base;
  let level = 0;
  let soft = 0;

  const next = (): void => {
    at = 0;
    syllable = phrase.shift() ?? null;
    if (syllable !== null) return;
    const count = Math.floor(between(6, 15));
    phrase = Array.from({ length: count }, (_, n) => ({
      vowel: VOWELS[Math.floor(random() * VOWELS.length)] ?? VOWELS[0],
      length: Math.round(between(0.13, n === count - 1 ? 0.36 : 0.24) * RATE),
      breath: random() < 0.45 ? between(0.02, 0.06) * RATE : 0,
      pitch: base * (1.12 - (0.25 * n) / count) * between(0.96, 1.05),
    }));
    pause = Math.round(between(0.9, 2.6) * RATE);
  };

  const glide = (): void => {
    const target = syllable?.vowel.formants ?? VOWELS[5].formants;
    hertz += ((syllable?.pitch ?? base) - hertz) * 0.04;
    for (const [n, resonator] of memory.entries()) {
      const now = (formants[n] ?? 500) + ((target[n] ?? 500) - (formants[n] ?? 500)) * 0.06;
      formants[n] = now;
      const radius = Math.exp((-Math.PI * (BANDWIDTHS[n] ?? 100)) / RATE);
      resonator.a = 2 * radius * Math.cos((2 * Math.PI * now) / RATE);
      resonator.b = -radius * radius;
    }
  };

  const sample = (n: number): number => {
    if (n % STEP === 0) glide();
    let wanted = 0;
    let breath = 0;
    if (syllable === null) {
      if (--pause <= 0) next();
    } else {
      if (at < syllable.breath) breath = 0.25 * (random() * 2 - 1);
      else wanted = at < syllable.length * 0.75 ? 1 : 0.35;
      if (++at >= syllable.length) next();
    }
    level += (wanted - level) * 0.0012;
    // A pulse of the glottis: opens slowly, closes fast; two soft corners take its edge away.
    phase = (phase + hertz / RATE) % 1;
    const pulse = phase < 0.6 ? Math.sin((Math.PI * phase) / 0.6) ** 2 : phase < 0.72 ? -0.5 : 0;
    soft += (pulse - 0.3 - soft) * 0.35;
    const source = soft * level + breath * 0.12;
    let out = 0;
    for (const [k, resonator] of memory.entries()) {
      const value =
        source * (1 - Math.abs(resonator.b)) * 6 + resonator.a * resonator.one + resonator.b * resonator.two;
      resonator.two = resonator.one;
      resonator.one = value;
      out += value * (FORMANT_GAINS[k] ?? 0);
    }
    return out * GAIN;
  };

  return {
    fill(out) {
      for (let n = 0; n < out.length; n++) out[n] = Math.max(-1, Math.min(1, sample(n)));
    },
    mouth: () => level * (syllable?.vowel.open ?? 0.4),
  };
}

/** Nothing to hear: the drawn picture of somebody whose microphone is real. */
export const silent: Voice = { fill: (out) => out.fill(0), mouth: () => 0 };
