import { expect, test } from 'vitest';
import { type Browser, missing } from './able.ts';

const able: Browser = {
  isSecureContext: true,
  has: () => true,
  codecs: (kind) => (kind === 'video' ? ['video/VP8', 'video/VP9'] : ['audio/opus']),
  ed25519: async () => true,
  indexedDb: async () => true,
};

test('an able browser lacks nothing', async () => {
  expect(await missing(able)).toEqual([]);
});

test('each lack has its name', async () => {
  const has = (path: string) => path !== 'RTCRtpSender.prototype.createEncodedStreams';
  expect(await missing({ ...able, has })).toEqual(['encoded-streams']);
  expect(await missing({ ...able, ed25519: async () => false })).toEqual(['ed25519']);
  const codecs = (kind: 'audio' | 'video') => (kind === 'video' ? ['video/H264'] : ['audio/opus']);
  expect(await missing({ ...able, codecs })).toEqual(['picture-codec']);
  expect(await missing({ ...able, isSecureContext: false, indexedDb: async () => false })).toEqual([
    'secure-context',
    'indexed-db',
  ]);
});
