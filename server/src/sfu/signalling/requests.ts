import type { SignalRequest } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';
import type { SfuPermission } from '../sfu.ts';
import { CONNECTION, PUBLISHED, TRACK } from './both-ways.ts';
import { cleanTrickle } from './candidate.ts';
import { type Fields, onlyAllowed, readRequest } from './strict.ts';

const SUBSCRIBER = [
  'offer',
  'answer',
  'trickle',
  'subscription',
  'trackSetting',
  'leave',
  'syncState',
  'ping',
  'pingReq',
] as const;

const PUBLISHER = [...SUBSCRIBER, 'addTrack', 'mute', 'updateLayers', 'updateAudioTrack', 'updateVideoTrack'] as const;

// livekit-client says it of itself after connecting; who may subscribe is settled by tokens and keys, so it goes nowhere.
const NEEDLESS = new Set(['subscriptionPermission']);

const SHARED: Fields = {
  ...CONNECTION,
  'livekit.UpdateSubscription': ['trackSids', 'subscribe', 'participantTracks'],
  'livekit.ParticipantTracks': ['participantSid', 'trackSids'],
  'livekit.UpdateTrackSettings': ['trackSids', 'disabled', 'quality', 'width', 'height', 'fps', 'priority'],
  'livekit.DataChannelInfo': ['label', 'id', 'target'],
  'livekit.Ping': ['timestamp', 'rtt'],
};

const FIELDS: { readonly [P in SfuPermission]: Fields } = {
  subscribe: {
    ...SHARED,
    'livekit.SignalRequest': SUBSCRIBER,
    'livekit.SyncState': ['answer', 'subscription', 'dataChannels', 'offer', 'trackSidsDisabled'],
  },
  publish: {
    ...SHARED,
    ...PUBLISHED,
    'livekit.SignalRequest': PUBLISHER,
    'livekit.SyncState': ['answer', 'subscription', 'publishTracks', 'dataChannels', 'offer', 'trackSidsDisabled'],
    'livekit.AddTrackRequest': [
      'cid',
      'type',
      'width',
      'height',
      'muted',
      'disableDtx',
      'source',
      'layers',
      'simulcastCodecs',
      'sid',
      'stereo',
      'disableRed',
      'encryption',
      'stream',
      'backupCodecPolicy',
    ],
    'livekit.SimulcastCodec': ['codec', 'cid', 'layers', 'videoLayerMode'],
    'livekit.UpdateVideoLayers': ['trackSid', 'layers'],
    'livekit.UpdateLocalAudioTrack': ['trackSid', 'features'],
    'livekit.UpdateLocalVideoTrack': ['trackSid', 'width', 'height'],
    'livekit.TrackInfo': TRACK,
  },
};

/**
 * What a device may say to an SFU: rebuilt from the fields that are needed. Refused with `sfu.malformed`, or with
 * `sfu.not-allowed` where it is a kind of message that this connection has no business with. Null: nothing to pass on.
 */
export const fromDevice = (bytes: Uint8Array, permission: SfuPermission): SignalRequest | Refusal | null => {
  const request = readRequest(bytes);
  if (request instanceof Refusal) return request;
  const kind = request.message.case;
  if (kind === undefined) return new Refusal('sfu.malformed', 'of no known kind');
  if (NEEDLESS.has(kind)) return null;
  const kinds: readonly string[] = permission === 'publish' ? PUBLISHER : SUBSCRIBER;
  if (!kinds.includes(kind)) return new Refusal('sfu.not-allowed', kind);
  const rebuilt = onlyAllowed(request, FIELDS[permission]);
  if (rebuilt instanceof Refusal) return rebuilt;
  if (rebuilt.message.case !== 'trickle') return rebuilt;
  return cleanTrickle(rebuilt.message.value) ?? rebuilt;
};
