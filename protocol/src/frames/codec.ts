import { type Bytes, Refusal } from '../bytes/index.ts';

/** What a stream may carry; everything else is refused. */
export type MediaCodec = 'opus' | 'vp8' | 'vp9';

const FORMS: { readonly [C in MediaCodec]: readonly [Bytes, Bytes] } = {
  opus: [Uint8Array.of(0x01), Uint8Array.of(0x81)],
  vp8: [Uint8Array.of(0x02), Uint8Array.of(0x82)],
  vp9: [Uint8Array.of(0x03), Uint8Array.of(0x83)],
};

/** The last byte of a sent frame, authenticated with it: the codec, and in the top bit whether a proof rides inside. */
export const formOf = (codec: MediaCodec, proof: boolean): Bytes => FORMS[codec][proof ? 1 : 0];

/** Which kind of track carries a codec. */
export const mediaOf = (codec: MediaCodec): 'audio' | 'video' => (codec === 'opus' ? 'audio' : 'video');

/** The codec of an RTP media type such as `video/VP9`; refuses (`frames.codec`) any other, and none. */
export const codecOfMimeType = (mimeType: string | undefined): MediaCodec | Refusal => {
  switch (mimeType?.toLowerCase()) {
    case 'audio/opus':
      return 'opus';
    case 'video/vp8':
      return 'vp8';
    case 'video/vp9':
      return 'vp9';
    default:
      return new Refusal('frames.codec', mimeType ?? 'unknown');
  }
};

/**
 * How many bytes at a frame's beginning stay clear, because SFUs and packetisers read them: Opus none, VP9 one, VP8
 * ten of a key frame (first bit 0) and three of any other. Refuses (`frames.short`) a frame that has not as many.
 */
export const clearLength = (codec: MediaCodec, frame: Uint8Array): number | Refusal => {
  const first = frame[0];
  if (first === undefined) return new Refusal('frames.short', 'empty');
  const clear = codec === 'opus' ? 0 : codec === 'vp9' ? 1 : (first & 1) === 0 ? 10 : 3;
  return frame.length < clear ? new Refusal('frames.short', `${frame.length} of ${clear} clear bytes`) : clear;
};
