/** Often enough for a meter that moves; more often would keep the whole page being drawn. */
const EACH_MS = 50;

/** Calls `paint` 20 times a second, while the page is seen, until the returned function is called: too quick for React. */
export const paints = (paint: () => void): (() => void) => {
  const timer = setInterval(() => {
    if (!document.hidden) paint();
  }, EACH_MS);
  return () => clearInterval(timer);
};
