import { gunzipSync } from 'node:zlib';
import { JoinRequest, WrappedJoinRequest, WrappedJoinRequest_Compression } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';
import { type Fields, onlyAllowed } from './strict.ts';

/** How a device asks to join: livekit-client's single connection (`/rtc/v1`) or its older pair (`/rtc`). */
export type Join = {
  /** Path and query for the SFU, written anew, without a token. */
  readonly target: string;
  /** A connection is to be resumed: under the same transport name as before. */
  readonly resume: boolean;
  /** The device wants every track there is. */
  readonly everything: boolean;
};

const LONGEST_QUERY = 98_304;
const LONGEST_JOIN = 131_072;

const FIELDS: Fields = {
  'livekit.JoinRequest': [
    'clientInfo',
    'connectionSettings',
    'publisherOffer',
    'reconnect',
    'reconnectReason',
    'participantSid',
  ],
  'livekit.ClientInfo': ['sdk', 'version', 'protocol', 'browser', 'browserVersion', 'clientProtocol'],
  'livekit.ConnectionSettings': ['autoSubscribe', 'adaptiveStream', 'subscriberAllowPause', 'disableIceLite'],
  'livekit.SessionDescription': ['type', 'sdp', 'id'],
};

const malformed = (detail: string) => new Refusal('sfu.malformed', detail);

const unwrap = (text: string): Uint8Array | Refusal => {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) return malformed('join_request');
  try {
    const wrapped = WrappedJoinRequest.fromBinary(new Uint8Array(Buffer.from(text, 'base64url')));
    if (wrapped.compression === WrappedJoinRequest_Compression.NONE) return wrapped.joinRequest;
    return new Uint8Array(gunzipSync(wrapped.joinRequest, { maxOutputLength: LONGEST_JOIN }));
  } catch {
    return malformed('join_request');
  }
};

const single = (text: string, subscribeToAll: boolean): Join | Refusal => {
  const bytes = unwrap(text);
  if (bytes instanceof Refusal) return bytes;
  let read: JoinRequest;
  try {
    read = JoinRequest.fromBinary(bytes);
  } catch {
    return malformed('join_request');
  }
  const join = onlyAllowed(read, FIELDS);
  if (join instanceof Refusal) return join;
  const everything = join.connectionSettings?.autoSubscribe ?? false;
  if (join.connectionSettings && !subscribeToAll) join.connectionSettings.autoSubscribe = false;
  const wrapped = new WrappedJoinRequest({
    compression: WrappedJoinRequest_Compression.NONE,
    joinRequest: join.toBinary(),
  });
  const value = Buffer.from(wrapped.toBinary()).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return { target: `/rtc/v1?join_request=${encodeURIComponent(value)}`, resume: join.reconnect, everything };
};

/** Parameters of the older way in, each with what it may be. */
const PARAMETERS: { readonly [name: string]: RegExp } = {
  auto_subscribe: /^[01]$/,
  reconnect: /^1$/,
  reconnect_reason: /^\d{1,2}$/,
  sid: /^PA_[A-Za-z0-9]{1,32}$/,
  sdk: /^js$/,
  version: /^[0-9A-Za-z.-]{1,32}$/,
  protocol: /^\d{1,3}$/,
  client_protocol: /^\d{1,3}$/,
  browser: /^[A-Za-z ]{1,32}$/,
  browser_version: /^[0-9.]{1,32}$/,
  adaptive_stream: /^[01]$/,
  disable_ice_lite: /^1$/,
  subscriber_allow_pause: /^[01]$/,
};
const LEFT_OUT: readonly string[] = ['access_token', 'os', 'os_version', 'device_model', 'network'];

const pair = (query: URLSearchParams, subscribeToAll: boolean): Join | Refusal => {
  const clean = new URLSearchParams();
  for (const [name, value] of query) {
    if (LEFT_OUT.includes(name)) continue;
    if (!PARAMETERS[name]?.test(value) || clean.has(name)) return malformed('a parameter of the query');
    clean.set(name, value);
  }
  const everything = clean.get('auto_subscribe') !== '0';
  if (!subscribeToAll) clean.set('auto_subscribe', '0');
  return { target: `/rtc?${clean}`, resume: clean.get('reconnect') === '1', everything };
};

/**
 * Reads the path (below the SFU's own) and query with which a device asks to join. `subscribeToAll`: whether the
 * SFU may send it tracks unasked; before its seat is admitted it may not, since tracks tell who is present.
 */
export const readJoin = (path: string, query: URLSearchParams, subscribeToAll: boolean): Join | Refusal => {
  if (query.toString().length > LONGEST_QUERY) return malformed('query too long');
  if (path === 'rtc') return pair(query, subscribeToAll);
  const joinRequest = query.getAll('join_request');
  if (path !== 'rtc/v1' || joinRequest.length !== 1) return malformed('path or join_request');
  return single(joinRequest[0] ?? '', subscribeToAll);
};
