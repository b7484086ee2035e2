import type { SignalResponse } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';
import { CONNECTION, PUBLISHED, TRACK } from './both-ways.ts';
import { cleanTrickle } from './candidate.ts';
import { type Fields, onlyAllowed, readResponse } from './strict.ts';

/** Rebuilt and passed on. */
const PASSED = [
  'join',
  'reconnect',
  'answer',
  'offer',
  'trickle',
  'update',
  'trackPublished',
  'trackUnpublished',
  'trackSubscribed',
  'leave',
  'mute',
  'connectionQuality',
  'streamStateUpdate',
  'subscribedQualityUpdate',
  'subscriptionPermissionUpdate',
  'subscriptionResponse',
  'requestResponse',
  'mediaSectionsRequirement',
  'pong',
  'pongResp',
] as const;

/**
 * Known, and nothing that a device needs from an SFU: new tokens (the node has its own), who speaks (told by the
 * sound itself), the room's own data.
 */
const DROPPED: readonly string[] = [
  'refreshToken',
  'speakersChanged',
  'roomUpdate',
  'subscribedAudioCodecUpdate',
  'dataTrackSubscriberHandles',
];

// Names, metadata, attributes, regions, ICE servers and the SFU's own version are of no use to a device.
const FIELDS: Fields = {
  ...CONNECTION,
  ...PUBLISHED,
  'livekit.SignalResponse': PASSED,
  'livekit.JoinResponse': [
    'room',
    'participant',
    'otherParticipants',
    'subscriberPrimary',
    'serverInfo',
    'pingTimeout',
    'pingInterval',
    'enabledPublishCodecs',
    'fastPublish',
  ],
  'livekit.ReconnectResponse': ['serverInfo', 'lastMessageSeq'],
  'livekit.ServerInfo': ['edition', 'version', 'protocol'],
  'livekit.Room': ['sid', 'enabledCodecs'],
  'livekit.Codec': ['mime', 'fmtpLine'],
  'livekit.ParticipantInfo': [
    'sid',
    'identity',
    'state',
    'tracks',
    'joinedAt',
    'joinedAtMs',
    'version',
    'permission',
    'isPublisher',
    'kind',
    'disconnectReason',
  ],
  'livekit.ParticipantPermission': ['canSubscribe', 'canPublish', 'canPublishData', 'canPublishSources'],
  'livekit.TrackInfo': [...TRACK, 'version'],
  'livekit.TimedVersion': ['unixMicro', 'ticks'],
  'livekit.ParticipantUpdate': ['participants'],
  'livekit.TrackUnpublishedResponse': ['trackSid'],
  'livekit.TrackSubscribed': ['trackSid'],
  'livekit.ConnectionQualityUpdate': ['updates'],
  'livekit.ConnectionQualityInfo': ['participantSid', 'quality', 'score'],
  'livekit.StreamStateUpdate': ['streamStates'],
  'livekit.StreamStateInfo': ['participantSid', 'trackSid', 'state'],
  'livekit.SubscribedQualityUpdate': ['trackSid', 'subscribedQualities', 'subscribedCodecs'],
  'livekit.SubscribedQuality': ['quality', 'enabled'],
  'livekit.SubscribedCodec': ['codec', 'qualities'],
  'livekit.SubscriptionPermissionUpdate': ['participantSid', 'trackSid', 'allowed'],
  'livekit.SubscriptionResponse': ['trackSid', 'err'],
  'livekit.RequestResponse': ['requestId', 'reason'],
  'livekit.MediaSectionsRequirement': ['numAudios', 'numVideos'],
  'livekit.Pong': ['lastPingTimestamp', 'timestamp'],
};

/**
 * What an SFU may say to a device: rebuilt from the fields that are needed, or null where it is nothing that a
 * device needs. Refused with `sfu.malformed` or `sfu.not-allowed`.
 */
export const fromSfu = (bytes: Uint8Array): SignalResponse | null | Refusal => {
  const response = readResponse(bytes);
  if (response instanceof Refusal) return response;
  const kind = response.message.case;
  if (kind === undefined) return new Refusal('sfu.malformed', 'of no known kind');
  if (DROPPED.includes(kind)) return null;
  const kinds: readonly string[] = PASSED;
  if (!kinds.includes(kind)) return new Refusal('sfu.not-allowed', kind);
  const rebuilt = onlyAllowed(response, FIELDS);
  if (rebuilt instanceof Refusal) return rebuilt;
  if (rebuilt.message.case !== 'trickle') return rebuilt;
  return cleanTrickle(rebuilt.message.value) ?? rebuilt;
};
