import type { Bytes } from '@parley/protocol/bytes';

/** Where this page stands: whose seat, under which addresses of its own node. */
export type Place = {
  readonly origin: string;
  readonly seat: string;
  readonly redeemUrl: string;
  readonly socketUrl: string;
  /** Proxied signalling of a delegation's SFU, by its root in hexadecimal. */
  readonly sfuUrl: (root: string) => string;
  /** The one-time link's secret, if the page was opened by one. */
  readonly link: Bytes | null;
  /** A stand-in sits here in place of a person. */
  readonly standIn: boolean;
  /** A stand-in hums at this pitch, in hertz, in place of speaking. */
  readonly tone: number | null;
  /** Another seat is open on this machine: this one begins silent, or the two would howl. */
  readonly second: boolean;
};

/** Reads a seat page's address; null where it is none. The link's secret stands in the fragment: it was not sent. */
export const readPlace = (location: Location): Place | null => {
  const seat = /^\/seat\/([^/]+)\/?$/.exec(location.pathname)?.[1];
  if (seat === undefined) return null;
  const base = `/seat/${seat}`;
  const socketOrigin = location.origin.replace(/^http/, 'ws');
  const fragment = new URLSearchParams(location.hash.slice(1));
  const secret = fragment.get('link') ?? '';
  const tone = fragment.get('tone') ?? '';
  return {
    origin: location.origin,
    seat: decodeURIComponent(seat),
    redeemUrl: `${base}/redeem`,
    // Its own number: the node tells this page's new connection from another page of the same device by it.
    socketUrl: `${socketOrigin}${base}/socket?page=${crypto.randomUUID()}`,
    sfuUrl: (root) => `${socketOrigin}${base}/sfu/${root}`,
    link: readSecret(secret),
    standIn: fragment.has('stand-in'),
    tone: /^\d{2,4}$/.test(tone) ? Number(tone) : null,
    second: fragment.has('second'),
  };
};

/** 32 bytes in base64url without padding; null for anything else. */
const readSecret = (text: string): Bytes | null => {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
};
