/**
 * A queue of one's own: each step begins when the one before has ended. A fault in one is reported, and holds up
 * nothing that comes after it.
 */
export const inOrder = (): ((step: () => Promise<void>) => void) => {
  let last = Promise.resolve();
  return (step) => {
    last = last.then(step).catch((cause: unknown) => reportError(cause));
  };
};
