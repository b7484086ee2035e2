import { Refusal } from '../../../protocol/src/bytes/index.ts';
import { deriveCipher, importBaseKey } from '../../../protocol/src/frames/cipher.ts';
import type { MediaCodec } from '../../../protocol/src/frames/codec.ts';
import { openFrame, readLayout, sealFrame } from '../../../protocol/src/frames/frame.ts';
import { makeKid, splitKid } from '../../../protocol/src/frames/kid.ts';
import { signProof } from '../../../protocol/src/frames/proof.ts';
import { frameSigner } from '../../../protocol/src/frames/signer.ts';

/** Keys of an epoch as a member holds them, in JSON. */
export type SavedKey = {
  readonly meeting: readonly number[];
  readonly generation: number;
  readonly epoch: number;
  readonly authenticator: readonly number[];
  readonly baseKey: readonly number[];
};

/** Under whose name frames are sealed. */
export type Forger = {
  readonly key: SavedKey;
  /** The victim's leaf, and its streams by kind. */
  readonly leaf: number;
  readonly streams: { readonly audio: number; readonly video: number };
  /** The first counter that is used. */
  readonly counter: number;
  /** A private frame key that the forger has, to sign proofs with; null: frames carry none. */
  readonly proofs: { readonly seed: readonly number[]; readonly publicKey: readonly number[] } | null;
};

/** A frame as it came to a ghost. */
export type Seen = { readonly kind: 'audio' | 'video'; readonly data: Uint8Array<ArrayBuffer> };

type Kind = Seen['kind'];
const codecOf = (kind: Kind): MediaCodec => (kind === 'audio' ? 'opus' : 'vp9');
const bytes = (numbers: readonly number[]) => Uint8Array.from(numbers);

/** What seals the forger's own pictures or sounds under the victim's key ID. */
export const forge = async (
  { key, leaf, streams, counter, proofs }: Forger,
  kind: Kind,
): Promise<(frame: { readonly data: ArrayBuffer }) => Promise<ArrayBuffer | null>> => {
  const stream = streams[kind];
  const cipher = await deriveCipher(
    await importBaseKey(bytes(key.baseKey)),
    makeKid(stream, leaf, key.epoch),
    'encrypt',
  );
  const signer = proofs && (await frameSigner(bytes(proofs.seed), bytes(proofs.publicKey)));
  const scratch = { bytes: new Uint8Array(4096) };
  const name = {
    meeting: bytes(key.meeting),
    circle: 'table',
    generation: key.generation,
    epoch: key.epoch,
    authenticator: bytes(key.authenticator),
  };
  let next = counter;
  let digests: Uint8Array<ArrayBuffer>[] = [];
  return async ({ data }) => {
    const first = next - digests.length;
    const proof =
      signer && !(signer instanceof Refusal) && digests.length > 0
        ? await signProof(signer, name, stream, { first, time: Date.now(), digests: join(digests) })
        : new Uint8Array(0);
    const sealed = await sealFrame(cipher, next, codecOf(kind), new Uint8Array(data), proof, scratch);
    if (sealed instanceof Refusal) return null;
    next += 1;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', sealed), 0, 10);
    digests = [...digests, new Uint8Array(digest)].slice(-20);
    return sealed.buffer;
  };
};

const join = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(parts.length * 10);
  for (const [n, part] of parts.entries()) all.set(part, n * 10);
  return all;
};

/** Tries every frame under every key, with the product's own opening. */
export const openAll = async (
  frames: readonly Seen[],
  keys: readonly SavedKey[],
): Promise<{ readonly tried: number; readonly opened: number }> => {
  const bases = await Promise.all(keys.map(({ baseKey }) => importBaseKey(bytes(baseKey))));
  let opened = 0;
  for (const { kind, data } of frames) {
    const layout = readLayout(codecOf(kind), data);
    if (layout instanceof Refusal || !splitKid(layout.header.kid)) continue;
    for (const base of bases) {
      const cipher = await deriveCipher(base, layout.header.kid, 'decrypt');
      const result = await openFrame(cipher, codecOf(kind), data, layout);
      if (!(result instanceof Refusal)) {
        opened += 1;
        break;
      }
    }
  }
  return { tried: frames.length, opened };
};
