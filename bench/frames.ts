import { fileURLToPath } from 'node:url';
import { inBrowserWorker } from './frames/browser.ts';
import { LOADS } from './frames/load.ts';
import type { Timing } from './frames/measure.ts';

const LANES = { ours: 'ours, no proofs', proofs: 'ours, proofs', livekit: 'livekit', bare: 'bare' } as const;
const COUNTERPARTS = 4;
const KBIT = 1000;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2;
};

/** What sealing and opening cost in Chromium, in every lane: run it on a machine that does nothing else. */
export const measureFrames = async (): Promise<readonly Timing[]> => {
  const entry = fileURLToPath(new URL('./frames/measure.ts', import.meta.url));
  const { timings } = (await inBrowserWorker(entry, 'timings')) as { timings: Timing[] }; // what measure.ts posts
  return timings;
};

/** Rows of the bench's table: each worker's cost beside the others', and what proofs cost. */
export const frameRows = (timings: readonly Timing[]): readonly string[] => {
  const of = (lane: string, load: string, work: 'seal' | 'open'): Timing => {
    const found = timings.find((one) => one.lane === lane && one.load === load && one.work === work);
    if (!found) throw new Error(`${lane}, ${load}, ${work} was not measured`);
    return found;
  };
  const micros = (lane: string, load: string, work: 'seal' | 'open') => median(of(lane, load, work).micros);
  const row = (load: string, work: 'seal' | 'open', beside: 'livekit' | 'bare', bar: number): string => {
    const [ours, other] = [of(LANES.ours, load, work).micros, of(LANES[beside], load, work).micros];
    const ratio = median(ours.map((one, round) => one / (other[round] ?? Number.NaN)));
    const name = beside === 'livekit' ? 'LiveKit’s E2EE worker' : 'bare WebCrypto';
    const parts = `${median(ours).toFixed(0)} ÷ ${median(other).toFixed(0)} µs`;
    return `| ${work} ${load}: frame worker without proofs ÷ ${name} | ≤ ${bar} | ${ratio.toFixed(2)} (${parts}) |`;
  };
  const ratios = LOADS.flatMap(({ name }) =>
    (['seal', 'open'] as const).flatMap((work) => [row(name, work, 'livekit', 0.8), row(name, work, 'bare', 1.2)]),
  );

  // Sound and a picture of middling size: what a counterpart sends.
  const tracks = LOADS.filter(({ bytes }) => bytes < 60_000);
  const cost = (work: 'seal' | 'open') =>
    tracks.reduce((sum, { name, everyMs }) => {
      const extra = micros(LANES.proofs, name, work) - micros(LANES.ours, name, work);
      return sum + (extra * 1000) / everyMs;
    }, 0);
  const percent = ((COUNTERPARTS * cost('open') + cost('seal')) / 1e6) * 100;
  const bits = tracks.map(({ name, everyMs }) => {
    const rate = (lane: string) => (of(lane, name, 'seal').added * 8 * 1000) / everyMs / KBIT;
    const [all, plain] = [rate(LANES.proofs), rate(LANES.ours)];
    return `| ${name}: proofs, bit/s a track | ≤ 15 kbit/s | ${(all - plain).toFixed(1)} kbit/s (SFrame itself: ${plain.toFixed(1)}) |`;
  });
  return [
    ...ratios,
    `| proofs: CPU of one core for ${COUNTERPARTS} counterparts and one’s own | ≤ 6 % | ${percent.toFixed(1)} % |`,
    ...bits,
  ];
};

if (import.meta.main) for (const row of frameRows(await measureFrames())) console.info(row);
