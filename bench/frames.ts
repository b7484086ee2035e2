import { fileURLToPath } from 'node:url';
import { inBrowserWorker } from './frames/browser.ts';
import { LOADS } from './frames/load.ts';
import type { Timing } from './frames/measure.ts';
import { lineOf, median, type Row } from './table.ts';

const LANES = { ours: 'ours, no proofs', proofs: 'ours, proofs', livekit: 'livekit', bare: 'bare' } as const;
const COUNTERPARTS = 4;
const KBIT = 1000;

/** What sealing and opening cost in Chromium, in every lane: run it on a machine that does nothing else. */
export const measureFrames = async (): Promise<readonly Timing[]> => {
  const entry = fileURLToPath(new URL('./frames/measure.ts', import.meta.url));
  const { timings } = (await inBrowserWorker(entry, 'timings')) as { timings: Timing[] }; // what measure.ts posts
  return timings;
};

/** Rows of the bench's table: each worker's cost beside the others', and what proofs cost. */
export const frameRows = (timings: readonly Timing[]): readonly Row[] => {
  const of = (lane: string, load: string, work: 'seal' | 'open'): Timing => {
    const found = timings.find((one) => one.lane === lane && one.load === load && one.work === work);
    if (!found) throw new Error(`${lane}, ${load}, ${work} was not measured`);
    return found;
  };
  const micros = (lane: string, load: string, work: 'seal' | 'open') => median(of(lane, load, work).micros);
  const row = (load: string, work: 'seal' | 'open', beside: 'livekit' | 'bare', bar: number): Row => {
    const [ours, other] = [of(LANES.ours, load, work).micros, of(LANES[beside], load, work).micros];
    const ratio = median(ours.map((one, round) => one / (other[round] ?? Number.NaN)));
    const name = beside === 'livekit' ? 'LiveKit’s E2EE worker' : 'bare WebCrypto';
    const parts = `${median(ours).toFixed(0)} ÷ ${median(other).toFixed(0)} µs, n ${ours.length}`;
    const measure = `${work} ${load}: frame worker without proofs ÷ ${name}`;
    return { measure, value: ratio, bar, unit: '', digits: 2, of: parts };
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
  const bits = tracks.map(({ name, everyMs }): Row => {
    const rate = (lane: string) => (of(lane, name, 'seal').added * 8 * 1000) / everyMs / KBIT;
    const [all, plain] = [rate(LANES.proofs), rate(LANES.ours)];
    const beside = `SFrame itself: ${plain.toFixed(1)} kbit/s`;
    return {
      measure: `${name}: proofs, bit/s a track`,
      value: all - plain,
      bar: 15,
      unit: 'kbit/s',
      digits: 1,
      of: beside,
    };
  });
  return [
    ...ratios,
    {
      measure: `proofs: CPU of one core for ${COUNTERPARTS} counterparts and one’s own`,
      value: percent,
      bar: 6,
      unit: '%',
      digits: 1,
      of: 'what sealing and opening cost more with them',
    },
    ...bits,
  ];
};

if (import.meta.main) for (const row of frameRows(await measureFrames())) console.info(lineOf(row));
