import { keep, recall } from '../platform/memory.ts';

/** How paper-like pages look: as the system does, or as the person chose. */
export type Look = 'system' | 'light' | 'dark';

const memory = 'parley.look';

/** What this browser remembers, `system` if nothing. */
export const rememberedLook = (): Look => {
  const kept = recall('browser', memory);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
};

/** Shows a look on the whole page; the tokens do the rest. */
export const showLook = (look: Look, root: HTMLElement): void => {
  if (look === 'system') delete root.dataset.theme;
  else root.dataset.theme = look;
};

/** Changes the look and remembers it. */
export const chooseLook = (look: Look, root: HTMLElement): void => {
  keep('browser', memory, look);
  showLook(look, root);
};
