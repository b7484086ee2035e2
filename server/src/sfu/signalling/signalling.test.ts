import { gzipSync } from 'node:zlib';
import {
  AddTrackRequest,
  ClientInfo,
  ConnectionSettings,
  JoinRequest,
  JoinResponse,
  ParticipantInfo,
  SessionDescription,
  SignalRequest,
  SignalResponse,
  TrackInfo,
  TrickleRequest,
  UpdateParticipantMetadata,
  WrappedJoinRequest,
  WrappedJoinRequest_Compression,
} from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';
import { describe, expect, test } from 'vitest';
import { readJoin } from './join.ts';
import { presence } from './presence.ts';
import { fromDevice } from './requests.ts';
import { fromSfu } from './responses.ts';

const code = (result: unknown) => (result instanceof Refusal ? result.code : 'passed');
const request = (message: SignalRequest['message']) => new SignalRequest({ message }).toBinary();
const response = (message: SignalResponse['message']) => new SignalResponse({ message }).toBinary();

describe('what a device may say to an SFU', () => {
  const addTrack = request({ case: 'addTrack', value: new AddTrackRequest({ cid: 'c', name: 'Camera of A. Person' }) });

  test('[SFU3] a publisher adds tracks on its own SFU; names stay behind', () => {
    const passed = fromDevice(addTrack, 'publish');
    expect(passed).toBeInstanceOf(SignalRequest);
    expect(JSON.stringify(passed)).not.toContain('Person');
  });
  test('[SFU3] nobody publishes on a counterpart’s', () => {
    expect(code(fromDevice(addTrack, 'subscribe'))).toBe('sfu.not-allowed');
  });
  test('[SFU3] nobody changes metadata or plays scenarios', () => {
    const value = new UpdateParticipantMetadata({ name: 'x' });
    expect(code(fromDevice(request({ case: 'updateMetadata', value }), 'publish'))).toBe('sfu.not-allowed');
  });
  test('[SFU2] what is not protobuf, of no kind, or has fields that nobody knows is refused', () => {
    expect(code(fromDevice(new Uint8Array([0xff, 0xff, 0xff]), 'publish'))).toBe('sfu.malformed');
    expect(code(fromDevice(new Uint8Array(), 'publish'))).toBe('sfu.malformed');
    const ping = request({ case: 'ping', value: 1n });
    expect(code(fromDevice(ping, 'publish'))).toBe('passed');
    const unknown = Uint8Array.from([...ping, 0xfa, 0x3f, 0x01, 0x41]); // field 1023
    expect(code(fromDevice(unknown, 'publish'))).toBe('sfu.malformed');
  });
  test('[SFU2] a session description holds lines of its own kind only, and is bounded', () => {
    const offer = (sdp: string) =>
      fromDevice(request({ case: 'offer', value: new SessionDescription({ type: 'offer', sdp }) }), 'publish');
    expect(code(offer('v=0\r\ns=-\r\n'))).toBe('passed');
    expect(code(offer('v=0\r\n<script>\r\n'))).toBe('sfu.malformed');
    expect(code(offer(`v=0\r\n${'a=x\r\n'.repeat(20_000)}`))).toBe('sfu.malformed');
  });
  test('[SFU2] a candidate is written anew from its four fields', () => {
    const trickle = (candidateInit: string) =>
      fromDevice(request({ case: 'trickle', value: new TrickleRequest({ candidateInit }) }), 'publish');
    const passed = trickle('{"candidate":"candidate:1 1 udp 1 127.0.0.1 9 typ host","sdpMid":"0","extra":{"a":1}}');
    expect(JSON.stringify(passed)).not.toContain('extra');
    expect(code(trickle('{"candidate":"candidate:1\\r\\na=evil"}'))).toBe('sfu.malformed');
    expect(code(trickle('not json'))).toBe('sfu.malformed');
    expect(code(trickle('null'))).toBe('sfu.malformed');
  });
  test('[SFU2] hostile bytes neither pass unread nor throw', () => {
    const seed = Number(process.env.PARLEY_SEED ?? Date.now() % 1_000_000);
    console.info(`seed ${seed}`);
    let state = seed;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 8;
    };
    const good = [addTrack, request({ case: 'ping', value: 5n })];
    for (let n = 0; n < 20_000; n += 1) {
      const bytes = Uint8Array.from(good[n % good.length]!);
      for (let flips = 0; flips < 3; flips += 1) bytes[next() % bytes.length] = next() & 255;
      for (const passed of [fromDevice(bytes, 'publish'), fromSfu(bytes)])
        if (passed && !(passed instanceof Refusal)) passed.toBinary();
    }
  });
});

describe('what an SFU may say to a device', () => {
  const other = new ParticipantInfo({
    sid: 'PA_2',
    identity: 'i2',
    name: 'B. Person',
    metadata: 'm',
    attributes: { a: 'b' },
  });
  other.tracks = [new TrackInfo({ sid: 'TR_1', name: 'camera of Person' })];
  const join = response({
    case: 'join',
    value: new JoinResponse({
      participant: new ParticipantInfo({ sid: 'PA_1', identity: 'i1' }),
      otherParticipants: [other],
      iceServers: [{ urls: ['stun:stun.example.org'], username: '', credential: '' }],
      alternativeUrl: 'wss://elsewhere.example.org',
    }),
  });
  const read = () => {
    const passed = fromSfu(join);
    if (!(passed instanceof SignalResponse)) throw new Error('not passed');
    return passed;
  };

  test('[SFU4] names, metadata, ICE servers and other addresses stay behind', () => {
    const text = read().toJsonString();
    for (const word of ['Person', 'stun', 'elsewhere', '"m"', 'attributes']) expect(text).not.toContain(word);
    expect(text).toContain('TR_1');
  });
  test('[SFU4] a new token is not passed on', () => {
    expect(fromSfu(response({ case: 'refreshToken', value: 'secret' }))).toBeNull();
  });
  test('[SFU5] nobody is told of before admission, then everybody in one update', () => {
    const seen = presence(false);
    const told = seen.tell(read());
    if (!(told instanceof SignalResponse)) throw new Error('not told');
    expect(told.toJsonString()).not.toContain('PA_2');
    expect(seen.tracksIn(told)).toEqual([]);
    const third = new ParticipantInfo({ sid: 'PA_3', identity: 'i3' });
    const update = new SignalResponse({ message: { case: 'update', value: { participants: [third] } } as never });
    expect(seen.tell(update)).toBeNull();
    const released = seen.release();
    expect(released?.toJsonString()).toContain('PA_2');
    expect(released?.toJsonString()).toContain('PA_3');
    expect(released && seen.tracksIn(released)).toEqual(['TR_1']);
  });
});

describe('how a device asks to join', () => {
  const wrapped = (join: JoinRequest, compression = WrappedJoinRequest_Compression.GZIP) => {
    const bytes = join.toBinary();
    const joinRequest = compression === WrappedJoinRequest_Compression.GZIP ? new Uint8Array(gzipSync(bytes)) : bytes;
    const text = Buffer.from(new WrappedJoinRequest({ compression, joinRequest }).toBinary()).toString('base64');
    return new URLSearchParams({ access_token: 'dummy', join_request: text.replaceAll('+', '-').replaceAll('/', '_') });
  };
  const unwrap = (target: string) => {
    const text = new URL(target, 'http://x').searchParams.get('join_request') ?? '';
    return JoinRequest.fromBinary(WrappedJoinRequest.fromBinary(Buffer.from(text, 'base64url')).joinRequest);
  };
  const join = new JoinRequest({
    clientInfo: new ClientInfo({ version: '2.23.0', os: 'Linux', deviceModel: 'of a person', address: '192.0.2.1' }),
    connectionSettings: new ConnectionSettings({ autoSubscribe: true }),
    metadata: 'about me',
    participantAttributes: { a: 'b' },
  });

  test('[SFU1] the join request is read and written anew, without token, metadata and the device’s particulars', () => {
    const read = readJoin('rtc/v1', wrapped(join), false);
    if (read instanceof Refusal) throw new Error(read.detail);
    expect(read).toMatchObject({ resume: false, everything: true });
    expect(read.target).not.toContain('access_token');
    const passed = unwrap(read.target);
    expect(passed.toJson()).toEqual({ clientInfo: { version: '2.23.0' }, connectionSettings: {} });
  });
  test('[SFU1] the older way in', () => {
    const query = new URLSearchParams('access_token=x&auto_subscribe=1&sdk=js&version=2.23.0&protocol=16&os=Linux');
    const read = readJoin('rtc', query, true);
    expect(read).toMatchObject({ target: '/rtc?auto_subscribe=1&sdk=js&version=2.23.0&protocol=16' });
  });
  test('[SFU1] other paths, other parameters, twice the same, bombs and rubbish are refused', () => {
    expect(code(readJoin('twirp/livekit.RoomService/ListRooms', wrapped(join), false))).toBe('sfu.malformed');
    expect(code(readJoin('rtc', new URLSearchParams('publish=x'), false))).toBe('sfu.malformed');
    expect(code(readJoin('rtc', new URLSearchParams('sdk=js&sdk=js'), false))).toBe('sfu.malformed');
    expect(code(readJoin('rtc/v1', new URLSearchParams('join_request=%00'), false))).toBe('sfu.malformed');
    const bomb = new WrappedJoinRequest({
      compression: WrappedJoinRequest_Compression.GZIP,
      joinRequest: new Uint8Array(gzipSync(Buffer.alloc(10_000_000))),
    });
    const query = new URLSearchParams({ join_request: Buffer.from(bomb.toBinary()).toString('base64url') });
    expect(code(readJoin('rtc/v1', query, false))).toBe('sfu.malformed');
  });
});
