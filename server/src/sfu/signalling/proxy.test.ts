import {
  JoinResponse,
  ParticipantInfo,
  ParticipantUpdate,
  SignalRequest,
  SignalResponse,
  TrackInfo,
} from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';
import { expect, test } from 'vitest';
import { deafSocket } from '../../../test/deaf-socket.ts';
import { handClock } from '../../../test/hand-clock.ts';
import { readJoin } from './join.ts';
import { carry } from './proxy.ts';

/** A line of which a test plays both ends; its seat is admitted, or not, when the SFU is asked and when it answers. */
const open = ({ wasAdmitted = true, isAdmitted = true } = {}) => {
  const { clock, pass } = handClock();
  const [device, sfu] = [deafSocket(), deafSocket()];
  const closed: string[] = [];
  const join = readJoin('rtc', new URLSearchParams(), wasAdmitted);
  if (join instanceof Refusal) throw new Error(join.code);
  carry({
    device: device.raw,
    sfu: sfu.raw,
    permission: 'subscribe',
    join,
    wasAdmitted,
    isAdmitted: () => isAdmitted,
    onChange: () => () => {},
    clock,
    closed: (by, code) => closed.push(`${by} ${code}`),
  });
  const pong = Buffer.from(new SignalResponse({ message: { case: 'pong', value: 1n } }).toBinary());
  const says = (bytes: Uint8Array) => sfu.socket.emit('message', Buffer.from(bytes), true);
  return { device: device.socket, sfu: sfu.socket, pass, closed, says, answer: () => says(pong) };
};

test('[SFU2] a line on which a device says nothing for 30 s is closed', () => {
  const { device, sfu, pass, closed } = open();
  pass(29_999);
  expect(device.reason).toBeNull();
  pass(1);
  expect(device.reason).toBe('door.idle');
  expect(closed).toEqual(['device door.idle']);
  expect(sfu.readyState).toBe(3);
});

test('[SFU2] a device that does not take what an SFU says is cut off', () => {
  const { device, answer } = open();
  device.bufferedAmount = 4_194_304;
  answer();
  expect(device.reason).toBeNull();
  device.bufferedAmount += 1;
  answer();
  expect(device.reason).toBe('door.slow-reader');
});

test('[SFU2] an SFU that says more than a line carries is cut off, and so is one that tells of ever more others', () => {
  const { closed, answer, pass } = open();
  for (let n = 0; n < 300; n += 1) answer();
  pass(1_000);
  for (let n = 0; n < 60; n += 1) answer();
  expect(closed).toEqual([]);
  answer();
  expect(closed).toEqual(['sfu door.too-many']);
  const crowd = open({ wasAdmitted: false, isAdmitted: false });
  const tell = (from: number) => {
    const participants = Array.from({ length: 128 }, (_, n) => new ParticipantInfo({ sid: `PA_${from + n}` }));
    const value = new ParticipantUpdate({ participants });
    crowd.says(new SignalResponse({ message: { case: 'update', value } }).toBinary());
  };
  tell(0);
  tell(128);
  expect(crowd.closed).toEqual([]);
  tell(256);
  expect(crowd.closed).toEqual(['sfu sfu.malformed']);
});

test('[SFU2] where one end closes, so does the other', () => {
  const left = open();
  left.device.emit('close', 1000);
  expect(left.closed).toEqual(['device door.closed']);
  expect(left.sfu.readyState).toBe(3);
  const gone = open();
  gone.sfu.emit('close', 1006);
  expect(gone.device.reason).toBe('sfu.closed');
});

const others = [new ParticipantInfo({ sid: 'PA_other', identity: 'other' })];
const value = new JoinResponse({ participant: new ParticipantInfo({ sid: 'PA_own' }), otherParticipants: others });
const joined = new SignalResponse({ message: { case: 'join', value } }).toBinary();

test('[SFU5] whoever is admitted while its line is being made hears of the others; whoever is not, does not', () => {
  const told = (line: ReturnType<typeof open>) => {
    line.says(joined);
    const [first] = line.device.said.map((bytes) => SignalResponse.fromBinary(bytes));
    return first?.message.case === 'join' ? first.message.value.otherParticipants.map(({ sid }) => sid) : null;
  };
  expect(told(open({ wasAdmitted: false, isAdmitted: true }))).toEqual(['PA_other']);
  expect(told(open({ wasAdmitted: false, isAdmitted: false }))).toEqual([]);
});

test('[SFU5] whoever asked for everything before admission is subscribed to the tracks of others, and not to its own', () => {
  const line = open({ wasAdmitted: false, isAdmitted: true });
  line.says(joined);
  const published = ['PA_own', 'PA_other'].map(
    (sid) => new ParticipantInfo({ sid, tracks: [new TrackInfo({ sid: `TR_of_${sid}` })] }),
  );
  const update = new ParticipantUpdate({ participants: published });
  line.says(new SignalResponse({ message: { case: 'update', value: update } }).toBinary());
  const asked = line.sfu.said.flatMap((bytes) => {
    const { message } = SignalRequest.fromBinary(bytes);
    return message.case === 'subscription' ? message.value.trackSids : [];
  });
  expect(asked).toEqual(['TR_of_PA_other']);
});

test('[SFU6] a seat that ended while its line was being made gets none', () => {
  const { device, sfu, closed } = open({ wasAdmitted: true, isAdmitted: false });
  expect(device.reason).toBe('sfu.seat-ended');
  expect(closed).toEqual(['device sfu.seat-ended']);
  expect(sfu.readyState).toBe(3);
});
