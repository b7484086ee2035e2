import { expect, test } from 'vitest';
import type { ToWorker } from '../frames/control.ts';
import type { HookAlarm } from './alarm.ts';
import { delegationOf, markedFor } from './delegation-mark.ts';
import { leaking } from './leak.ts';
import { Pipes } from './pipes.ts';
import { quietHeaders } from './quiet-headers.ts';
import { sealedConnection } from './sealed-connection.ts';
import { readPipe } from './statistics.ts';

const root = 'ab'.repeat(32);

/** A browser's connection with as much as the hook touches. */
class FakeConnection extends EventTarget {
  configuration: RTCConfiguration;
  readonly transceivers: object[] = [];
  closed = false;

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
  }
  getConfiguration() {
    return this.configuration;
  }
  setConfiguration(configuration: RTCConfiguration) {
    this.configuration = configuration;
  }
  getTransceivers() {
    return this.transceivers;
  }
  addTransceiver(kind: string) {
    const end = () => ({ createEncodedStreams: () => ({ readable: {}, writable: {} }) });
    const transceiver = { sender: end(), receiver: { ...end(), track: { kind } } };
    this.transceivers.push(transceiver);
    return transceiver;
  }
  async setRemoteDescription() {
    this.addTransceiver('video');
  }
  createDataChannel() {
    return new EventTarget();
  }
  close() {
    this.closed = true;
  }
}

function hooked(Native: typeof FakeConnection = FakeConnection) {
  const posted: ToWorker[] = [];
  const alarms: HookAlarm[] = [];
  const pipes = new Pipes({ postMessage: (message) => posted.push(message) });
  // A fake has only what is touched.
  const Sealed = sealedConnection(Native as unknown as typeof RTCPeerConnection, pipes, (alarm) => alarms.push(alarm));
  const connect = () => new Sealed(markedFor(root, { iceServers: [] }));
  return { posted, alarms, pipes, Sealed, connect };
}

test('the mark survives the copy that livekit-client makes', () => {
  expect(delegationOf({ ...markedFor(root, { iceServers: [] }) })).toBe(root);
  expect(delegationOf({ iceServers: [] })).toBe(null);
});

test('encoded streams are forced, whatever is asked for, and stay forced', () => {
  const { connect } = hooked();
  const connection = connect();
  expect(connection.getConfiguration()).toMatchObject({ encodedInsertableStreams: true, iceServers: [] });
  connection.setConfiguration({ iceServers: [] });
  expect(connection.getConfiguration()).toMatchObject({ encodedInsertableStreams: true });
});

test('a connection for nobody’s SFU is not made', () => {
  const { Sealed, alarms } = hooked();
  expect(() => new Sealed({})).toThrow();
  expect(alarms.map(({ code }) => code)).toEqual(['rtc.unmarked']);
});

test('a browser that forgets the flag gets its connection closed', () => {
  class Forgetful extends FakeConnection {
    override getConfiguration() {
      return {};
    }
  }
  const { connect, alarms } = hooked(Forgetful);
  expect(connect).toThrow(/closed/);
  expect(alarms.map(({ code }) => code)).toEqual(['rtc.unpiped']);
});

test('each end gets one pipe in the step that makes it, and loses it when the connection closes', async () => {
  const { connect, posted, pipes } = hooked();
  const connection = connect();
  connection.addTransceiver('audio');
  expect(posted).toMatchObject([
    { kind: 'attach', pipe: 1, direction: 'send', media: 'audio' },
    { kind: 'attach', pipe: 2, direction: 'receive', media: 'audio', delegation: root },
  ]);
  await connection.setRemoteDescription({ type: 'answer' });
  expect(posted.slice(2)).toMatchObject([
    { pipe: 3, media: 'video' },
    { pipe: 4, media: 'video' },
  ]);
  connection.dispatchEvent(new Event('track'));
  expect(posted).toHaveLength(4);
  connection.close();
  expect(posted.slice(4)).toEqual([1, 2, 3, 4].map((pipe) => ({ kind: 'detach', pipe })));
  expect(pipes.all()).toEqual([]);
});

test('where attaching fails the connection is closed', () => {
  class Unable extends FakeConnection {
    override addTransceiver(kind: string) {
      const transceiver = super.addTransceiver(kind);
      transceiver.sender.createEncodedStreams = () => {
        throw new Error('too late');
      };
      return transceiver;
    }
  }
  const { connect, alarms } = hooked(Unable);
  const connection = connect();
  expect(() => connection.addTransceiver('video')).toThrow(/too late/);
  expect(alarms).toEqual([{ code: 'rtc.unpiped', detail: 'too late' }]);
  expect(Reflect.get(connection, 'closed')).toBe(true);
});

test('what a data channel brings is dropped, and nothing is sent on it', () => {
  const { connect, alarms } = hooked();
  const channel = connect().createDataChannel('reliable');
  let heard = 0;
  channel.addEventListener('message', () => heard++);
  channel.dispatchEvent(new Event('message'));
  expect(heard).toBe(0);
  expect(alarms.map(({ code }) => code)).toEqual(['rtc.data']);
  expect(() => channel.send('x')).toThrow();
});

test('payload that leaves before anything was sealed is a leak; padding, late counts and resent frames are none', () => {
  const flow = (bytes: number, sealed: number) => [{ pipe: 7, bytes, sealed }];
  expect(leaking(flow(100, 0), flow(200, 0))).toEqual([7]);
  expect(leaking(flow(0, 0), flow(200, 0))).toEqual([]);
  expect(leaking(flow(100, 0), flow(100, 0))).toEqual([]);
  expect(leaking(flow(100, 0), flow(200, 3))).toEqual([]);
  expect(leaking([], flow(200, 0))).toEqual([]);
});

test('statistics are told apart by media section', () => {
  const pipe = { number: 3, direction: 'receive', media: 'video', delegation: root } as const;
  const reports = [
    { type: 'inbound-rtp', mid: '0', packetsReceived: 5, bytesReceived: 50, framesDecoded: 2 },
    { type: 'inbound-rtp', mid: '1', packetsReceived: 9, bytesReceived: 90, framesDecoded: 4, keyFramesDecoded: 1 },
    { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.012 },
  ];
  expect(readPipe(pipe, '1', reports)).toMatchObject([
    { pipe: 3, packets: 9, bytes: 90, frames: 4, keyFrames: 1, roundTripMs: 12 },
  ]);
  expect(readPipe(pipe, null, reports)).toEqual([]);
  expect(readPipe(pipe, '7', reports)).toEqual([]);
});

test('the loss that an SFU reports stands at the sending pipe', () => {
  const pipe = { number: 4, direction: 'send', media: 'audio', delegation: root } as const;
  const reports = [
    { id: 'o1', type: 'outbound-rtp', mid: '2', packetsSent: 8, bytesSent: 800 },
    { type: 'remote-inbound-rtp', localId: 'o1', fractionLost: 0.25 },
    { type: 'remote-inbound-rtp', localId: 'other', fractionLost: 0.75 },
  ];
  expect(readPipe(pipe, '2', reports)).toMatchObject([{ packets: 8, bytes: 800, lossReported: 0.25 }]);
});

test('the voice’s level stays out of packet headers, where the browser lets us choose', () => {
  const level = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
  let offered = [
    { uri: level, direction: 'sendrecv' },
    { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', direction: 'sendrecv' },
  ];
  quietHeaders({
    getHeaderExtensionsToNegotiate: () => offered,
    setHeaderExtensionsToNegotiate: (chosen: typeof offered) => {
      offered = chosen;
    },
  });
  expect(offered.map(({ direction }) => direction)).toEqual(['stopped', 'sendrecv']);
  expect(() => quietHeaders({})).not.toThrow();
});
