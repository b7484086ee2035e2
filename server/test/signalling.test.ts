import {
  AddTrackRequest,
  ConnectionSettings,
  JoinRequest,
  SignalRequest,
  SignalResponse,
  TrackSource,
  TrackType,
  WrappedJoinRequest,
} from '@livekit/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { openDevice, openSocket, readLink } from './device.ts';
import { type Pair, startPair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
}, 60_000);
afterAll(() => pair.stop());

type Line = {
  readonly socket: WebSocket;
  readonly heard: SignalResponse[];
  readonly hears: (fits: (response: SignalResponse) => boolean) => Promise<SignalResponse>;
  readonly closed: Promise<string>;
};

const joinQuery = (join = new JoinRequest({ connectionSettings: new ConnectionSettings({ autoSubscribe: true }) })) =>
  Buffer.from(new WrappedJoinRequest({ joinRequest: join.toBinary() }).toBinary()).toString('base64url');

/** Opens the proxied signalling of an SFU, as livekit-client does, with the device's cookie. */
const openLine = async (origin: string, seat: string, root: string, cookie: string): Promise<Line> => {
  const path = `/seat/${seat}/sfu/${root}/rtc/v1?access_token=none&join_request=${joinQuery()}`;
  const socket = openSocket(origin, path, { cookie });
  const heard: SignalResponse[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    heard.push(SignalResponse.fromBinary(new Uint8Array(data)));
    for (const look of waiting) look();
  });
  const closed = new Promise<string>((resolve) => socket.once('close', (_code, reason) => resolve(reason.toString())));
  const line: Line = {
    socket,
    heard,
    closed,
    hears: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = heard.find(fits);
          if (found) resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
  await line.hears(({ message }) => message.case === 'join');
  return line;
};
const say = (line: Line, message: SignalRequest['message']) =>
  line.socket.send(new SignalRequest({ message }).toBinary());
const identity = (line: Line) => {
  const [first] = line.heard;
  return first?.message.case === 'join' ? (first.message.value.participant?.identity ?? '') : '';
};
const mentions = (line: Line, name: string) => line.heard.some((one) => one.toJsonString().includes(name));

test('[SFU1] [SFU5] [SFU6] both SFUs, under random names, others told of only after admission', async () => {
  const aLink = await pair.link(pair.alba, 'alba-principal');
  const bLink = await pair.link(pair.borland, 'borland-principal');
  const [a, b] = [readLink(aLink), readLink(bLink)];
  const [ilaria, anders] = [await openDevice(aLink), await openDevice(bLink)];
  const own = await openLine(a.origin, a.seat, pair.alba.root, ilaria.cookie);
  const across = await openLine(b.origin, b.seat, pair.alba.root, anders.cookie);
  const name = identity(own);
  expect(name).toMatch(/^[0-9a-f]{32}$/);
  expect(identity(across)).not.toBe(name);
  const [join] = own.heard;
  const permission = join?.message.case === 'join' ? join.message.value.participant?.permission : undefined;
  expect(permission).toMatchObject({ canPublish: true, canSubscribe: true, canPublishData: false });
  const [joinAcross] = across.heard;
  const less = joinAcross?.message.case === 'join' ? joinAcross.message.value.participant?.permission : undefined;
  expect(less).toMatchObject({ canPublish: false, canSubscribe: true, canPublishData: false });
  for (const line of [own, across])
    expect(line.heard[0]?.message).toMatchObject({ value: { otherParticipants: [], iceServers: [] } });

  await ilaria.sit();
  await own.hears(({ message }) => message.case === 'update' && mentions(own, identity(across)));
  expect(mentions(across, name)).toBe(false);
  await anders.sit();
  await across.hears(() => mentions(across, name));
  const told = across.heard.filter((one) => one.toJsonString().includes(name));
  expect(told.map((one) => one.message.case)).toEqual(['update']);
});

test('[SFU3] publishing on a counterpart’s SFU, and rubbish, end the line with a code', async () => {
  const link = await pair.link(pair.borland, 'borland-adviser');
  const { origin, seat } = readLink(link);
  const mira = await openDevice(link);
  const line = await openLine(origin, seat, pair.alba.root, mira.cookie);
  const value = new AddTrackRequest({ cid: 'c', type: TrackType.VIDEO, source: TrackSource.CAMERA });
  say(line, { case: 'addTrack', value });
  expect(await line.closed).toBe('sfu.not-allowed');
  const again = await openLine(origin, seat, pair.borland.root, mira.cookie);
  again.socket.send(Buffer.from([255, 255, 255]));
  expect(await again.closed).toBe('sfu.malformed');
});

test('[SFU6] a new line of one device ends the one before; an unknown SFU has none', async () => {
  const link = await pair.link(pair.borland, 'borland-adviser');
  const { origin, seat } = readLink(link);
  const mira = await openDevice(link);
  const first = await openLine(origin, seat, pair.alba.root, mira.cookie);
  const second = await openLine(origin, seat, pair.alba.root, mira.cookie);
  await first.hears(({ message }) => message.case === 'leave');
  expect(identity(second)).not.toBe(identity(first));
  const nowhere = openSocket(origin, `/seat/${seat}/sfu/${'0'.repeat(64)}/rtc/v1?join_request=${joinQuery()}`, {
    cookie: mira.cookie,
  });
  const code = await new Promise((resolve) =>
    nowhere.once('unexpected-response', async (_request, response) => {
      resolve(JSON.parse(Buffer.concat(await response.toArray()).toString()).code);
    }),
  );
  expect(code).toBe('sfu.unknown-root');
});

test('[SFU2] a line that its node cuts is closed', async () => {
  const link = await pair.link(pair.borland, 'borland-adviser');
  const { origin, seat } = readLink(link);
  const mira = await openDevice(link);
  const line = await openLine(origin, seat, pair.alba.root, mira.cookie);
  pair.borland.cut(pair.alba.root);
  expect(await line.closed).toBe('sfu.closed');
});

test('[SFU7] an SFU that is killed is started again, and lines lead to it', async () => {
  const { sfu } = pair.borland;
  const before = sfu.state();
  if (before.kind !== 'running') throw new Error('not running');
  const back = new Promise<number>((resolve) => {
    sfu.onState((state) => state.kind === 'running' && resolve(state.pid));
  });
  process.kill(before.pid, 'SIGKILL');
  expect(await back).not.toBe(before.pid);
  const link = await pair.link(pair.borland, 'borland-adviser');
  const { origin, seat } = readLink(link);
  const mira = await openDevice(link);
  const line = await openLine(origin, seat, pair.borland.root, mira.cookie);
  expect(identity(line)).toMatch(/^[0-9a-f]{32}$/);
});
