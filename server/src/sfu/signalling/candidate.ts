import type { TrickleRequest } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';

/** An ICE candidate line (RFC 8839 §5.1), or the empty one that ends them; nothing that could start a new line. */
const LINE = /^(?:candidate:[\x20-\x7e]{1,500})?$/;
const SHORT = /^[\x21-\x7e]{0,256}$/;

const clean = (init: object): string | undefined => {
  const candidate: unknown = Reflect.get(init, 'candidate');
  const sdpMid: unknown = Reflect.get(init, 'sdpMid') ?? null;
  const sdpMLineIndex: unknown = Reflect.get(init, 'sdpMLineIndex') ?? null;
  const usernameFragment: unknown = Reflect.get(init, 'usernameFragment') ?? null;
  if (typeof candidate !== 'string' || !LINE.test(candidate)) return undefined;
  if (sdpMid !== null && (typeof sdpMid !== 'string' || !SHORT.test(sdpMid))) return undefined;
  if (sdpMLineIndex !== null && (!Number.isInteger(sdpMLineIndex) || Number(sdpMLineIndex) > 512)) return undefined;
  if (usernameFragment !== null && (typeof usernameFragment !== 'string' || !SHORT.test(usernameFragment)))
    return undefined;
  return JSON.stringify({ candidate, sdpMid, sdpMLineIndex, usernameFragment });
};

/** The JSON of one candidate (RTCIceCandidateInit), written anew from its four fields. */
const rewritten = (json: string): string | undefined => {
  try {
    const init: unknown = JSON.parse(json);
    return typeof init === 'object' && init !== null ? clean(init) : undefined;
  } catch {
    return undefined; // not JSON
  }
};

/** Writes the candidate of a message anew; refuses (`sfu.malformed`) what is none. */
export const cleanTrickle = (trickle: TrickleRequest): Refusal | null => {
  const candidate = rewritten(trickle.candidateInit);
  if (candidate === undefined) return new Refusal('sfu.malformed', 'candidate');
  trickle.candidateInit = candidate;
  return null;
};
