import { askForLink } from './state.ts';

/** What came of opening a seat's page: opened, held back by the browser (here is the address), or no link. */
export type Opened =
  | { readonly kind: 'opened' }
  | { readonly kind: 'held'; readonly url: string }
  | { readonly kind: 'no-link' };

/**
 * Opens a seat in a page of its own. Call it within the click: the empty page is opened at once, since browsers hold
 * back what opens later, and goes to the link when that arrives.
 */
export const openSeat = async (seat: string, standIn: boolean): Promise<Opened> => {
  const page = window.open('about:blank');
  const url = await askForLink(seat, standIn);
  if (url === null) {
    page?.close();
    return { kind: 'no-link' };
  }
  if (page === null) return { kind: 'held', url };
  page.opener = null;
  page.location.replace(url);
  return { kind: 'opened' };
};
