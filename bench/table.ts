/** What one measure came to, beside what it has to reach. */
export type Row = {
  readonly measure: string;
  /** The number that is judged, in `unit`. */
  readonly value: number;
  /** The most that it may be, in `unit`. */
  readonly bar: number;
  /** `ms`, `s`, `MB` and so on; empty for a ratio or a count. */
  readonly unit: string;
  /** Digits after the point. */
  readonly digits: number;
  /** What the number was made of: its parts, how often, from least to most. */
  readonly of: string;
};

/** The middle of some numbers; NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
};

/** Median, least and most of some numbers, for people: `310 (280–402)`. */
export const spread = (values: readonly number[], digits = 0): string => {
  const shown = (value: number) => value.toFixed(digits);
  return `${shown(median(values))} (${shown(Math.min(...values))}–${shown(Math.max(...values))})`;
};

const isMet = ({ value, bar, digits }: Row): boolean => Number(value.toFixed(digits)) <= bar;

/** One line of the table. */
export const lineOf = (row: Row): string => {
  const unit = row.unit === '' ? '' : ` ${row.unit}`;
  const met = isMet(row) ? 'met' : 'NOT met';
  return `| ${row.measure} | ${row.value.toFixed(row.digits)}${unit} | ≤ ${row.bar}${unit} | ${met} | ${row.of} |`;
};

/** The whole table, in Markdown. */
export const tableOf = (rows: readonly Row[]): readonly string[] => [
  '| measure | value | bar | | of |',
  '|---|---|---|---|---|',
  ...rows.map(lineOf),
];
