import { Refusal } from '../../protocol/src/bytes/index.ts';
import { deriveCipher } from '../../protocol/src/frames/cipher.ts';
import type { Epoch } from '../../protocol/src/frames/epoch.ts';
import { openFrame, readLayout, sealFrame } from '../../protocol/src/frames/frame.ts';
import { codecOfMimeType, free, importBaseKey, type MediaCodec } from '../../protocol/src/frames/index.ts';
import { createKeyring } from '../../protocol/src/frames/keyring.ts';
import { makeKid } from '../../protocol/src/frames/kid.ts';
import { createWindow } from '../../protocol/src/frames/window.ts';
import type { EpochMessage } from '../../web/src/platform/frames/control.ts';
import { createPipes } from '../../web/src/platform/frames/pipes.ts';
import { type Fake, type Load, trackOf } from './load.ts';

/** One way of sealing and opening frames; each call is one fresh track. */
export type Lane = {
  readonly name: string;
  readonly seal: (frames: readonly Fake[], load: Load) => Promise<readonly Fake[]>;
  readonly open: (frames: readonly Fake[], load: Load) => Promise<readonly Fake[]>;
};

const through = (frames: readonly Fake[], transform: (frame: Fake) => Promise<void>): Promise<readonly Fake[]> => {
  const track = trackOf(frames);
  const piped = track.readable.pipeThrough(
    new TransformStream<Fake, Fake>({
      transform: async (frame, controller) => {
        await transform(frame);
        controller.enqueue(frame);
      },
    }),
  );
  void piped.pipeTo(track.writable);
  return track.all;
};

/** WebCrypto and nothing else: one key, a counting nonce, the whole frame. */
export const bareLane = async (): Promise<Lane> => {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const run = (work: 'encrypt' | 'decrypt') => (frames: readonly Fake[]) => {
    const iv = new Uint8Array(12);
    const view = new DataView(iv.buffer);
    let counter = 0;
    return through(frames, async (frame) => {
      view.setUint32(8, counter);
      counter += 1;
      frame.data = await crypto.subtle[work]({ name: 'AES-GCM', iv }, key, frame.data);
    });
  };
  return { name: 'bare', seal: run('encrypt'), open: run('decrypt') };
};

/** livekit-client's own worker, driven by its messages in this same thread. */
export const livekitLane = async (): Promise<Lane> => {
  await import('livekit-client/e2ee-worker');
  const handler = self.onmessage;
  if (!handler) throw new Error('LiveKit’s worker has no door');
  self.onmessage = null;
  const tell = (kind: string, data: unknown) =>
    handler.call(self, new MessageEvent('message', { data: { kind, data } }));
  const participantIdentity = 'p';
  tell('init', {
    loglevel: 5,
    keyProviderOptions: {
      sharedKey: true,
      ratchetSalt: 'salt',
      ratchetWindowSize: 0,
      failureTolerance: 10,
      keyringSize: 16,
      keySize: 128,
    },
  });
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'HKDF', false, ['deriveBits', 'deriveKey']);
  tell('setKey', { key, keyIndex: 0, updateCurrentKeyIndex: true });
  tell('enable', { enabled: true, participantIdentity });
  let tracks = 0;
  const run = (kind: 'encode' | 'decode') => (frames: readonly Fake[], load: Load) => {
    const track = trackOf(frames);
    tracks += 1;
    tell(kind, {
      participantIdentity,
      trackId: `t${tracks}`,
      readableStream: track.readable,
      writableStream: track.writable,
      codec: load.mimeType === 'video/VP9' ? 'vp9' : undefined,
      hasPacketTrailer: false,
    });
    return track.all;
  };
  return { name: 'livekit', seal: run('encode'), open: run('decode') };
};

const DELEGATION = 'aa'.repeat(32);
const LEAVES = [0, 1].map((leaf) => ({ leaf, seating: 10 + leaf, delegation: DELEGATION }));

const epochOf = async (): Promise<Epoch> => ({
  meeting: new Uint8Array(16),
  circle: 'table',
  generation: 1,
  epoch: 1,
  authenticator: new Uint8Array(32),
  baseKey: await importBaseKey(new Uint8Array(32)),
  ownLeaf: 1,
  leaves: LEAVES.map((leaf) => ({ ...leaf, frameKey: new Uint8Array(32) })),
});

/** As the pipes read it: the table is asked again only when the name changes. */
const codecReader = (): ((frame: Fake) => MediaCodec) => {
  let mimeType: string | undefined;
  let codec: MediaCodec = 'opus';
  return (frame) => {
    const said = frame.getMetadata().mimeType;
    if (said === mimeType) return codec;
    mimeType = said;
    const read = codecOfMimeType(said);
    if (read instanceof Refusal) throw new Error(read.code);
    codec = read;
    return codec;
  };
};

/** Our pipes less their proofs: codec, header, key of the key ID, replay window, sealing and opening. */
export const plainLane = async (): Promise<Lane> => {
  const epoch = await epochOf();
  let streams = 0;
  const nothing = new Uint8Array(0);
  return {
    name: 'ours, no proofs',
    seal: async (frames) => {
      const cipher = await deriveCipher(epoch.baseKey, makeKid(streams, 0, 1), 'encrypt');
      streams += 1;
      const scratch = { bytes: new Uint8Array(4096) };
      const codecOf = codecReader();
      let counter = 0;
      return through(frames, async (frame) => {
        const codec = codecOf(frame);
        const sealed = await sealFrame(cipher, counter, codec, new Uint8Array(frame.data), nothing, scratch);
        counter += 1;
        if (sealed instanceof Refusal) throw new Error(sealed.code);
        free(frame.data);
        frame.data = sealed.buffer;
      });
    },
    open: async (frames) => {
      const keyring = createKeyring();
      keyring.install(epoch);
      const window = createWindow();
      const codecOf = codecReader();
      return through(frames, async (frame) => {
        const codec = codecOf(frame);
        const sent = new Uint8Array(frame.data);
        const layout = readLayout(codec, sent);
        if (layout instanceof Refusal) throw new Error(layout.code);
        const found = keyring.routes(layout.header.kid, DELEGATION, 0);
        const routes = found instanceof Promise ? await found : found;
        if (routes instanceof Refusal) throw new Error(routes.code);
        const route = routes[0];
        if (!route) throw new Error('no route');
        const opened = await openFrame(route.cipher, codec, sent, layout);
        if (opened instanceof Refusal) throw new Error(opened.code);
        keyring.keep(route);
        if (window.take(layout.header.counter)) throw new Error('window');
        window.anchor(layout.header.counter);
        free(frame.data);
        frame.data = opened.media;
      });
    },
  };
};

/** Our pipes as they are, with proofs, at the pace of real time by a clock of their own. */
export const proofLane = async (): Promise<Lane> => {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair; // as Ed25519 gives
  const frameKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const seed = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)).slice(-32);
  const message = (ownLeaf: number, frameSeed?: Uint8Array<ArrayBuffer>): EpochMessage => ({
    kind: 'epoch',
    meeting: new Uint8Array(16),
    circle: 'table',
    generation: 1,
    epoch: 1,
    authenticator: new Uint8Array(32),
    baseKey: new Uint8Array(32),
    ownLeaf,
    ...(frameSeed ? { frameSeed } : {}),
    leaves: LEAVES.map((leaf) => ({ ...leaf, frameKey })),
  });
  // Each look at the clock is one frame later: the workers look once a frame.
  let clock = 1e12;
  let step = 0;
  const now = () => {
    clock += step;
    return clock;
  };
  const sending = createPipes(() => {}, now);
  await sending.handle(message(0, seed));
  await sending.handle({ kind: 'send', generation: 1, epoch: 1 });
  let pipe = 0;
  return {
    name: 'ours, proofs',
    seal: async (frames, { mimeType, everyMs }) => {
      step = everyMs;
      pipe += 1;
      const { readable, writable, all } = trackOf(frames);
      const media = mimeType === 'audio/opus' ? 'audio' : 'video';
      await sending.handle({ kind: 'attach', pipe, direction: 'send', media, readable, writable });
      const sent = await all;
      await sending.handle({ kind: 'detach', pipe });
      return sent;
    },
    open: async (frames, { mimeType, everyMs }) => {
      step = everyMs;
      const receiving = createPipes((said) => {
        if (said.kind === 'bind') void receiving.handle({ kind: 'bound', pipe: said.pipe, binding: said.binding });
      }, now);
      await receiving.handle(message(1));
      const { readable, writable, all } = trackOf(frames);
      const media = mimeType === 'audio/opus' ? 'audio' : 'video';
      const way = { pipe: 1, direction: 'receive', media, delegation: DELEGATION } as const;
      await receiving.handle({ kind: 'attach', ...way, readable, writable });
      return all;
    },
  };
};
