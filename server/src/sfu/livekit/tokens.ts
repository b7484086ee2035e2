import { createHmac } from 'node:crypto';
import { Refusal } from '@parley/protocol/bytes';
import type { SfuPermission } from '../sfu.ts';

/** The key that an SFU and its node share. */
export type SfuKey = { readonly key: string; readonly secret: string };

/** How long a token opens the door, in seconds; a connection outlives its token. */
const TOKEN_SECONDS = 60;
const ADMINISTRATION_MS = 2_000;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON Web Token (RFC 7519) with HMAC SHA-256, as LiveKit reads it: what it grants stands under `video`. */
const signed = ({ key, secret }: SfuKey, now: number, identity: string | null, video: object): string => {
  const from = Math.floor(now / 1_000);
  const who = identity === null ? {} : { sub: identity };
  const claims = { iss: key, nbf: from, exp: from + TOKEN_SECONDS, ...who, video };
  const message = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${message}.${createHmac('sha256', secret).update(message).digest('base64url')}`;
};

/** A token for one room, one transport name, and no more than the permission says: no data, no metadata. */
export const token = (key: SfuKey, now: number, room: string, identity: string, permission: SfuPermission): string =>
  signed(key, now, identity, {
    roomJoin: true,
    room,
    canSubscribe: true,
    canPublish: permission === 'publish',
    canPublishSources: permission === 'publish' ? ['camera', 'microphone'] : [],
    canPublishData: false,
    canUpdateOwnMetadata: false,
  });

/** What a node asks of its SFU's own administration, with the grant that each needs. */
const methods = { ListRooms: { roomList: true }, RemoveParticipant: { roomAdmin: true } } as const;

/** Asks the SFU's own administration over its HTTP interface; `sfu.down` where it does not answer with success. */
export const administer = async (
  url: string,
  key: SfuKey,
  now: number,
  method: keyof typeof methods,
  asked: { readonly room?: string; readonly identity?: string },
): Promise<Refusal | null> => {
  const { room } = asked;
  const pass = signed(key, now, null, { ...methods[method], ...(room === undefined ? {} : { room }) });
  const answer = await fetch(`${url}/twirp/livekit.RoomService/${method}`, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${pass}` },
    body: JSON.stringify(asked),
    signal: AbortSignal.timeout(ADMINISTRATION_MS),
  }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok ? null : new Refusal('sfu.down', `${method} ${answer?.status ?? 'unanswered'}`);
};
