import { expect, test } from 'vitest';
import { RATE, speech, tone } from './voice.ts';

/** Integrated loudness of mono sound at 48 kHz in LUFS (ITU-R BS.1770-4: K-weighting, 400 ms blocks, both gates). */
function loudness(samples: Float32Array): number {
  const shelf = biquad([1.53512485958697, -2.69169618940638, 1.19839281085285], [-1.69065929318241, 0.73248077421585]);
  const pass = biquad([1, -2, 1], [-1.99004745483398, 0.99007225036621]);
  const weighted = samples.map((sample) => pass(shelf(sample)));
  const powers: number[] = [];
  for (let at = 0; at + 19_200 <= weighted.length; at += 4_800) {
    let power = 0;
    for (let n = at; n < at + 19_200; n++) power += weighted[n]! ** 2;
    powers.push(power / 19_200);
  }
  const level = (power: number) => -0.691 + 10 * Math.log10(power);
  const mean = (of: readonly number[]) => of.reduce((sum, power) => sum + power, 0) / of.length;
  const heard = powers.filter((power) => level(power) > -70);
  const gate = level(mean(heard)) - 10;
  return level(mean(heard.filter((power) => level(power) > gate)));
}

function biquad(b: readonly [number, number, number], a: readonly [number, number]): (sample: number) => number {
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return (x) => {
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    return y;
  };
}

const seconds = (count: number, fill: (out: Float32Array) => void) => {
  const all = new Float32Array(count * RATE);
  for (let at = 0; at < all.length; at += 480) fill(all.subarray(at, at + 480));
  return all;
};

test.each([1, 2, 3, 5, 8, 13])('voice %i speaks gently, about -26 LUFS, and never clips', (seed) => {
  const samples = seconds(30, speech(seed).fill);
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  expect(loudness(samples)).toBeGreaterThan(-29);
  expect(loudness(samples)).toBeLessThan(-23);
  expect(peak).toBeLessThan(0.7);
});

test('a voice pauses, and opens its mouth while it speaks', () => {
  const voice = speech(4);
  const part = new Float32Array(4_800);
  const parts = Array.from({ length: 200 }, () => {
    voice.fill(part);
    return { power: part.reduce((sum, sample) => sum + sample ** 2, 0) / part.length, mouth: voice.mouth() };
  });
  const spoken = parts.filter(({ power }) => power > 1e-4);
  expect(spoken.length).toBeGreaterThan(40);
  expect(parts.filter(({ power }) => power < 1e-7).length).toBeGreaterThan(20);
  expect(Math.max(...spoken.map(({ mouth }) => mouth))).toBeGreaterThan(0.5);
  expect(Math.min(...parts.map(({ mouth }) => mouth))).toBeLessThan(0.05);
});

test('the same seed says the same, another seed something else', () => {
  const first = seconds(2, speech(7).fill);
  expect(seconds(2, speech(7).fill)).toEqual(first);
  expect(seconds(2, speech(9).fill)).not.toEqual(first);
});

test('a tone has its pitch', () => {
  const samples = seconds(1, tone(440).fill);
  let crossings = 0;
  for (let n = 1; n < samples.length; n++) if (samples[n - 1]! < 0 && samples[n]! >= 0) crossings++;
  expect(Math.abs(crossings - 440)).toBeLessThanOrEqual(1);
});
