/** Bounds of a key ID's parts: stream (24 bits) ‖ leaf (10 bits) ‖ epoch mod 256 (8 bits). */
export const MAX_STREAM = 2 ** 24 - 1;
export const MAX_LEAF = 2 ** 10 - 1;

/** The parts of a key ID. */
export type KidParts = { readonly stream: number; readonly leaf: number; readonly epoch: number };

/**
 * The SFrame key ID of one stream of one leaf in one epoch (RFC 9605 §5.2): below 2^42, a safe integer.
 * @throws RangeError past the bounds.
 */
export const makeKid = (stream: number, leaf: number, epoch: number): number => {
  if (!(stream >= 0 && stream <= MAX_STREAM) || !(leaf >= 0 && leaf <= MAX_LEAF) || !(epoch >= 0))
    throw new RangeError(`no key ID for stream ${stream}, leaf ${leaf}, epoch ${epoch}`);
  return stream * 2 ** 18 + leaf * 256 + (epoch % 256);
};

/** The parts of a key ID, or undefined where its stream is past 24 bits. `epoch` is mod 256. */
export const splitKid = (kid: number): KidParts | undefined => {
  const stream = Math.floor(kid / 2 ** 18);
  if (stream > MAX_STREAM) return undefined;
  return { stream, leaf: Math.floor(kid / 256) % 1024, epoch: kid % 256 };
};
