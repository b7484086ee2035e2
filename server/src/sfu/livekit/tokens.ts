import { AccessToken, RoomServiceClient, TrackSource } from 'livekit-server-sdk';
import type { SfuPermission } from '../sfu.ts';

/** How long a token opens the door; a connection outlives its token. */
const TOKEN_SECONDS = 60;

/** A token for one room, one transport name, and no more than the permission says: no data, no metadata. */
export const token = (
  key: { readonly key: string; readonly secret: string },
  room: string,
  identity: string,
  permission: SfuPermission,
): Promise<string> => {
  const made = new AccessToken(key.key, key.secret, { identity, ttl: TOKEN_SECONDS });
  made.addGrant({
    roomJoin: true,
    room,
    canSubscribe: true,
    canPublish: permission === 'publish',
    canPublishSources: permission === 'publish' ? [TrackSource.CAMERA, TrackSource.MICROPHONE] : [],
    canPublishData: false,
    canUpdateOwnMetadata: false,
  });
  return made.toJwt();
};

/** The SFU's own administration, over its HTTP interface. */
export const administration = (
  url: string,
  key: { readonly key: string; readonly secret: string },
): RoomServiceClient => new RoomServiceClient(url, key.key, key.secret, { requestTimeout: 2 });
