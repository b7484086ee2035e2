import type { TrackPublishOptions } from 'livekit-client';

/** The codecs whose frames our worker seals; it refuses every other. */
export type PictureCodec = 'vp9' | 'vp8';

/**
 * Chooses the picture's codec: VP9 where this browser can send it, else VP8.
 *
 * @param mimeTypes what `RTCRtpSender.getCapabilities('video')` lists
 */
export function pictureCodec(mimeTypes: readonly string[]): PictureCodec {
  return mimeTypes.some((type) => type.toLowerCase() === 'video/vp9') ? 'vp9' : 'vp8';
}

/** One layer, no backup codec: each track is one stream of frames under one stream number. */
export function pictureOptions(codec: PictureCodec): TrackPublishOptions {
  return {
    videoCodec: codec,
    simulcast: false,
    backupCodec: false,
    degradationPreference: 'balanced',
    videoEncoding: { maxBitrate: 1_700_000, maxFramerate: 30 },
    ...(codec === 'vp9' ? { scalabilityMode: 'L1T1' } : {}),
  };
}

/**
 * No RED, since whether the SFU may convert a sealed one was never tried; no DTX, since its pauses tell whoever counts
 * packets when a person speaks, and proofs need frames to travel with.
 */
export const soundOptions: TrackPublishOptions = {
  red: false,
  dtx: false,
  forceStereo: false,
  stopMicTrackOnMute: false,
  audioPreset: { maxBitrate: 32_000 },
};
