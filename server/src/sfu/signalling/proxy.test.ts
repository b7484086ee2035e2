import { SignalResponse } from '@livekit/protocol';
import { Refusal } from '@parley/protocol/bytes';
import { expect, test } from 'vitest';
import { deafSocket } from '../../../test/deaf-socket.ts';
import { handClock } from '../../../test/hand-clock.ts';
import { readJoin } from './join.ts';
import { carry } from './proxy.ts';

/** A line of which a test plays both ends. */
const open = () => {
  const { clock, pass } = handClock();
  const [device, sfu] = [deafSocket(), deafSocket()];
  const closed: string[] = [];
  const join = readJoin('rtc', new URLSearchParams(), true);
  if (join instanceof Refusal) throw new Error(join.code);
  carry({
    device: device.raw,
    sfu: sfu.raw,
    permission: 'subscribe',
    join,
    admitted: true,
    onAdmitted: () => () => {},
    clock,
    closed: (by, code) => closed.push(`${by} ${code}`),
  });
  const pong = Buffer.from(new SignalResponse({ message: { case: 'pong', value: 1n } }).toBinary());
  return { device: device.socket, sfu: sfu.socket, pass, closed, answer: () => sfu.socket.emit('message', pong, true) };
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

test('[SFU2] where one end closes, so does the other', () => {
  const left = open();
  left.device.emit('close', 1000);
  expect(left.closed).toEqual(['device door.closed']);
  expect(left.sfu.readyState).toBe(3);
  const gone = open();
  gone.sfu.emit('close', 1006);
  expect(gone.device.reason).toBe('sfu.closed');
});
