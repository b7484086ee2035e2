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
export const cleanCandidate = (json: string): string | Refusal => {
  try {
    const init: unknown = JSON.parse(json);
    const cleaned = typeof init === 'object' && init !== null ? clean(init) : undefined;
    return cleaned ?? new Refusal('sfu.malformed', 'candidate');
  } catch {
    return new Refusal('sfu.malformed', 'candidate is not JSON');
  }
};
