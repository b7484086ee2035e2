/** Calls `paint` in every animation frame until the returned function is called: for what is too quick for React. */
export const everyFrame = (paint: () => void): (() => void) => {
  let next = requestAnimationFrame(function again() {
    paint();
    next = requestAnimationFrame(again);
  });
  return () => cancelAnimationFrame(next);
};
