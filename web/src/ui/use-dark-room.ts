import { useLayoutEffect } from 'react';

/** While the caller is on screen the whole page is dark, whatever the look that a person chose for paper-like pages. */
export const useDarkRoom = (): void => {
  useLayoutEffect(() => {
    const root = document.documentElement;
    root.dataset.room = '';
    return () => {
      delete root.dataset.room;
    };
  }, []);
};
