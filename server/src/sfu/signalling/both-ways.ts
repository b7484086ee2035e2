import type { Fields } from './strict.ts';

/** Fields of a track that travel both ways. */
export const TRACK = [
  'sid',
  'type',
  'muted',
  'width',
  'height',
  'simulcast',
  'disableDtx',
  'source',
  'layers',
  'mimeType',
  'mid',
  'codecs',
  'stereo',
  'disableRed',
  'encryption',
  'stream',
  'backupCodecPolicy',
] as const;

/** What a device and an SFU say to each other alike when they set up a connection. */
export const CONNECTION: Fields = {
  'livekit.SessionDescription': ['type', 'sdp', 'id'],
  'livekit.TrickleRequest': ['candidateInit', 'target', 'final'],
  'livekit.LeaveRequest': ['canReconnect', 'reason', 'action'],
};

/** What they say to each other alike of tracks that a device publishes. */
export const PUBLISHED: Fields = {
  'livekit.SimulcastCodecInfo': ['mimeType', 'mid', 'cid', 'layers', 'videoLayerMode', 'sdpCid'],
  'livekit.VideoLayer': ['quality', 'width', 'height', 'bitrate', 'ssrc', 'spatialLayer', 'rid', 'repairSsrc'],
  'livekit.MuteTrackRequest': ['sid', 'muted'],
  'livekit.TrackPublishedResponse': ['cid', 'track'],
};
