/** How long a member waits for the one before it, in milliseconds. */
export const TURN = 1_000;

/**
 * Whose turn it is to commit: the lowest leaf first, after each full second without a commit the next, from the
 * start again after the last.
 * @param leaves Leaves that are present and stay in the circle, in any order.
 * @param waited Milliseconds since the oldest entry that waits to be enacted was countersigned.
 * @returns A leaf; null when there is none.
 */
export const turn = (leaves: readonly number[], waited: number): number | null => {
  const order = [...leaves].sort((a, b) => a - b);
  return order[Math.floor(Math.max(0, waited) / TURN) % order.length] ?? null;
};
