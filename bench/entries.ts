import { type EntryCost, openSides } from './entries/sides.ts';
import type { Row } from './table.ts';

const MEETINGS = 200;
const EACH_S = 200;
const SECONDS = 10;

/** Lets 200 meetings of two delegations commit in turn, 200 entries a second in all, at two real nodes. */
export const measureEntries = async (): Promise<EntryCost> => {
  const sides = await openSides(MEETINGS);
  try {
    await sides.load({ perSecond: EACH_S, count: EACH_S }); // warms up, and is not counted
    return await sides.load({ perSecond: EACH_S, count: EACH_S * SECONDS });
  } finally {
    await sides.stop();
  }
};

/** The rows of the table. */
export const entryRows = ({ times, perSecond, cpuMs, megabytes }: EntryCost): readonly Row[] => {
  const at = (part: number) => times[Math.floor((times.length - 1) * part)] ?? Number.NaN;
  const of = `${times.length} entries, ${perSecond.toFixed(0)} a second over ${MEETINGS} meetings; ${cpuMs.toFixed(1)} ms of the processors each; nodes of ${megabytes.map((one) => one.toFixed(0)).join(' and ')} MB`;
  const row = { unit: 'ms', digits: 1, of };
  return [
    { measure: 'entry → stored at two nodes and known to both, p50', value: at(0.5), bar: 15, ...row },
    { measure: 'entry → stored at two nodes and known to both, p99', value: at(0.99), bar: 50, ...row },
  ];
};
