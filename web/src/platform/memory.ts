/** What a browser keeps for us: as long as this tab lives, or for good. */
export type Span = 'tab' | 'browser';

// A browser that is told to keep nothing throws at the mere name of its storage.
const trying = <T>(act: () => T): T | null => {
  try {
    return act();
  } catch {
    return null;
  }
};
const storage = (span: Span): Storage => (span === 'tab' ? sessionStorage : localStorage);

/** What was kept under a name; null where nothing was, or this browser keeps nothing. */
export const recall = (span: Span, name: string): string | null => trying(() => storage(span).getItem(name));

/** Keeps a text under a name, or nothing (null), where this browser keeps anything. */
export const keep = (span: Span, name: string, text: string | null): void =>
  void trying(() => (text === null ? storage(span).removeItem(name) : storage(span).setItem(name, text)));
