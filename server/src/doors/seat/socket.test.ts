import { decode, encode, Refusal, sign } from '@parley/protocol/bytes';
import { openLedger } from '@parley/protocol/log';
import { actOf, sitAction, testDelegate, testMeeting } from '@parley/protocol/testing';
import { type DeviceToNode, MESSAGE_LIMIT, type NodeToDevice, nodeToDevice } from '@parley/protocol/wire';
import { expect, test } from 'vitest';
import { deafSocket } from '../../../test/deaf-socket.ts';
import { freshSigner } from '../../../test/device.ts';
import { handClock } from '../../../test/hand-clock.ts';
import { serveDevice } from './socket.ts';

type Tell = (message: NodeToDevice) => void;
const meeting = new Uint8Array(16);

/** A device's socket, served; proven where `prove` says so. `tell`: its meeting tells it something. */
const serve = async (prove: boolean, submit: (act: Uint8Array) => Promise<null> = async () => null) => {
  const { clock, pass } = handClock();
  const { socket, raw } = deafSocket();
  const signer = freshSigner();
  const attended = Promise.withResolvers<Tell>();
  const device = { meeting, seat: 'a', key: signer.publicKey, mandate: encode(1), certificate: encode(1) };
  const options = {
    origin: 'http://a.localhost',
    clock,
    device,
    seat: {
      signedSheet: encode(1),
      meeting: {
        attend: async ({ send }: { readonly send: Tell }) => {
          attended.resolve(send);
          return () => {};
        },
        submit,
      },
    },
    roots: [],
    relay: { urls: ['turn:relay.example'], secret: 'north' },
    proven: () => {},
    overtaken: () => false,
    refused: () => {},
  };
  // Of a seat and its device a socket uses no more than this.
  serveDevice(raw, options as unknown as Parameters<typeof serveDevice>[1]);
  if (!prove) return { socket, pass, say: () => {}, tell: () => {} };
  const challenge = decode(nodeToDevice, socket.said[0] ?? new Uint8Array(), MESSAGE_LIMIT);
  if (challenge instanceof Refusal || challenge.kind !== 'challenge') throw new Error('no challenge');
  const proof = encode({ origin: options.origin, meeting, seat: 'a', nonce: challenge.nonce });
  const sig = await sign(signer, 'device-proof', proof);
  socket.emit('message', Buffer.from(encode({ kind: 'prove', device: signer.publicKey, sig })), true);
  const send = await attended.promise;
  await new Promise(setImmediate);
  const say = (word: DeviceToNode) => socket.emit('message', Buffer.from(encode(word)), true);
  return { socket, pass, say, tell: () => send({ kind: 'host', reached: true }) };
};

test('[RELAY2] a device is given access to the relay when it is known, and a newer one before that ends', async () => {
  const { socket, pass } = await serve(true);
  const given = () =>
    socket.said.flatMap((bytes) => {
      const word = decode(nodeToDevice, bytes, MESSAGE_LIMIT);
      if (word instanceof Refusal) throw new Error(word.code);
      return word.kind === 'agreed' ? [word.relay] : word.kind === 'relay' ? [word.access] : [];
    });
  expect(given()).toMatchObject([{ urls: ['turn:relay.example'], until: 1_900_000 }]);
  for (let ms = 0; ms < 300_000; ms += 10_000) {
    pass(10_000);
    socket.emit('pong');
  }
  await new Promise(setImmediate);
  expect(given()).toMatchObject([{ until: 1_900_000 }, { until: 2_200_000 }]);
});

test('[NODE8] a device that does not prove itself within 5 s is refused', async () => {
  const { socket, pass } = await serve(false);
  pass(4_999);
  expect(socket.reason).toBeNull();
  pass(1);
  expect(socket.reason).toBe('door.silent');
});

test('[NODE9] 30 s without a message or a pong close the socket; a pong keeps it', async () => {
  const { socket, pass } = await serve(true);
  pass(29_000);
  socket.emit('pong');
  pass(30_000);
  expect(socket.reason).toBeNull();
  pass(10_001);
  expect(socket.reason).toBe('door.idle');
});

test('[NODE9] a device that does not take what it is told is cut off', async () => {
  const { socket, tell } = await serve(true);
  socket.bufferedAmount = 8_388_608;
  tell();
  expect(socket.reason).toBeNull();
  socket.bufferedAmount += 1;
  tell();
  expect(socket.reason).toBe('door.slow-reader');
});

// Turns red where a restriction waits in `asks`, or is dropped once the socket has gone.
test('[RESTRICT3] a restriction waits for no act before it, nor for its page; a permission does not outlive the page', async () => {
  const log = await testMeeting();
  const who = await testDelegate(log, 'alba-principal');
  const { state } = openLedger(log.sheet);
  const slow = await actOf(state, who, sitAction(who, 'slow'));
  const late = await actOf(state, who, sitAction(who, 'late'));
  const leave = await actOf(state, who, { kind: 'leave', seating: 1 });
  const host = Promise.withResolvers<null>();
  const given: Uint8Array[] = [];
  const { socket, say } = await serve(true, async (act) => {
    given.push(act);
    return host.promise;
  });
  for (const act of [slow, late, leave]) say({ kind: 'submit', act, blobs: [] });
  await new Promise(setImmediate);
  socket.close(1000, '');
  await new Promise(setImmediate);
  expect(given).toEqual([slow, leave]);
  host.resolve(null);
  await new Promise(setImmediate);
  expect(given).toEqual([slow, leave]);
});
