/** Waits between tries to connect, in milliseconds: quick at first, because most troubles are short, and without end. */
const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/**
 * How long to wait before the next try.
 *
 * @param failed tries that have failed in a row, 1 for the first
 */
export function waitBefore(failed: number): number {
  if (failed <= 3) return FIRST_MS;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failed - 3));
}
