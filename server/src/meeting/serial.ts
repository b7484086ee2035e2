/** Runs one piece of work after the other; a failed one does not hold up the next. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue of its own. */
export const serial = (): Serial => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
};
