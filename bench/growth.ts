import { type EntryCost, openSides } from './entries/sides.ts';
import { lineOf, type Row } from './table.ts';

const FEW = 100;
const MANY = 1_000;
const LONG = 20;
const EACH_S = 200;
/** Entries of one measurement. */
const COUNT = 2_000;
const AT_REST_S = 60;

/** What one entry costs when there is ten times as much. */
export type GrowthCost = {
  readonly few: EntryCost;
  readonly many: EntryCost;
  /** Memory of both nodes with many meetings: after the first load, after the second, and a minute later; MB. */
  readonly megabytes: readonly (readonly number[])[];
  readonly young: EntryCost;
  readonly old: EntryCost;
};

const load = { perSecond: EACH_S, count: COUNT };

/** The first load warms up, and is not counted. */
const overMeetings = async (meetings: number, restS: number) => {
  const sides = await openSides(meetings);
  try {
    const before = await sides.load(load);
    const cost = await sides.load(load);
    await new Promise((done) => setTimeout(done, restS * 1_000));
    const rest = await sides.megabytes();
    return { cost, megabytes: [before.megabytes, cost.megabytes, rest] };
  } finally {
    await sides.stop();
  }
};

/** Compares 100 meetings with 1,000, and logs of 200 entries with logs of 2,000. */
export const measureGrowth = async (): Promise<GrowthCost> => {
  const few = await overMeetings(FEW, 0);
  const many = await overMeetings(MANY, AT_REST_S);
  const sides = await openSides(LONG);
  try {
    await sides.load(load);
    const young = await sides.load(load);
    await sides.load({ perSecond: EACH_S, count: COUNT * 17 });
    const old = await sides.load(load);
    return { few: few.cost, many: many.cost, megabytes: many.megabytes, young, old };
  } finally {
    await sides.stop();
  }
};

/** The rows of the table. Processors' time is compared: it says more on a busy machine than the clock's. */
export const growthRows = ({ few, many, megabytes, young, old }: GrowthCost): readonly Row[] => {
  const ratio = (a: EntryCost, b: EntryCost) => ({
    value: b.cpuMs / a.cpuMs,
    bar: 1.1,
    unit: '',
    digits: 2,
    of: `${b.cpuMs.toFixed(2)} ÷ ${a.cpuMs.toFixed(2)} ms of the processors, people and both nodes; ${COUNT} entries each`,
  });
  return [
    { measure: `an entry at ${MANY} meetings ÷ at ${FEW}`, ...ratio(few, many) },
    { measure: 'an entry of ten times longer logs ÷ of short ones', ...ratio(young, old) },
    {
      measure: `a node with ${MANY} meetings open`,
      value: Math.max(...megabytes.flat()),
      bar: 400,
      unit: 'MB',
      digits: 0,
      of: `host and guest after one load, after two, and ${AT_REST_S} s later: ${megabytes.map((both) => both.map((one) => one.toFixed(0)).join(' and ')).join(', ')}`,
    },
  ];
};

if (import.meta.main) for (const row of growthRows(await measureGrowth())) console.info(lineOf(row));
