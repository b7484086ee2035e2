import type { Page } from '@playwright/test';

declare global {
  var parleyFirstPicture: () => number | null;
}

/**
 * Watches a page from before its first script: from the click to the first picture that counts.
 *
 * @param counts selector of the video elements whose picture counts, once it matches
 */
export const watchFirstPicture = (page: Page, counts: string): Promise<unknown> => page.addInitScript(watch, counts);

/** Milliseconds from the last click to the first picture that counts; waits until there is one. */
export const firstPicture = async (page: Page): Promise<number> => {
  const found = await page.waitForFunction(() => globalThis.parleyFirstPicture(), null, { timeout: 20_000 });
  return (await found.jsonValue()) ?? Number.NaN;
};

/** Runs in the page. */
const watch = (counts: string) => {
  let clicked = Number.NaN;
  let first: number | null = null;
  const known = new WeakSet<HTMLVideoElement>();
  const shown = new WeakSet<HTMLVideoElement>();
  globalThis.parleyFirstPicture = () => (first === null ? null : first - clicked);
  const judge = () => {
    const there = [...document.querySelectorAll<HTMLVideoElement>(counts)];
    if (there.some((video) => shown.has(video))) first ??= performance.now();
  };
  const look = () => {
    for (const video of document.querySelectorAll('video')) {
      if (known.has(video)) continue;
      known.add(video);
      video.requestVideoFrameCallback(() => {
        shown.add(video);
        judge();
      });
    }
    judge();
  };
  addEventListener(
    'pointerup',
    () => {
      if (first === null) clicked = performance.now();
    },
    { capture: true },
  );
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ['data-state'] });
};
