import { readPlace } from './place.ts';
import { createSession as open } from './session.ts';
import type { Session } from './view.ts';

/** The session of the page at this address; the one-time link's secret goes from the address bar once it is spent. */
export const createSession = (location: Location, document: Document): Session => {
  const place = readPlace(location);
  if (!place) throw new Error('this page is no seat');
  const history = document.defaultView?.history;
  return open(place, () => history?.replaceState(null, '', location.pathname));
};
