import { type Bytes, Refusal } from '../bytes/index.ts';
import { type Cipher, open, seal, TAG_BYTES } from './cipher.ts';
import { CODEC_BYTE, clearLength, type MediaCodec } from './codec.ts';
import { type Header, readHeader } from './header.ts';

/** Where the parts of a sent frame lie: `clear ‖ SFrame header ‖ ciphertext ‖ tag`. */
export type Layout = { readonly clear: number; readonly header: Header };

/** An opened frame: the codec's own bytes, and the proof that rode with them (empty when none did). */
export type Opened = { readonly media: ArrayBuffer; readonly proof: Bytes };

/** A proof's length takes two bytes at the plaintext's end. */
const LENGTH_BYTES = 2;

/** No proof is longer. */
export const MAX_PROOF_BYTES = 4096;

/** Authenticated beside the header: the clear bytes, then one byte for the codec. */
const metadataOf = (frame: Uint8Array, clear: number, codec: MediaCodec): Uint8Array => {
  const metadata = new Uint8Array(clear + 1);
  metadata.set(frame.subarray(0, clear));
  metadata[clear] = CODEC_BYTE[codec];
  return metadata;
};

/** Room for one plaintext, kept between frames: `seal` has copied it by the time it returns its promise. */
export type Scratch = { bytes: Bytes };

/**
 * Seals one encoded frame with what proves earlier ones. Plaintext: media after its clear bytes ‖ proof ‖ length of
 * the proof (2 bytes, big-endian). Refuses (`frames.short`) a frame without its clear bytes.
 */
export const sealFrame = (
  cipher: Cipher,
  counter: number,
  codec: MediaCodec,
  frame: Uint8Array,
  proof: Uint8Array,
  scratch: Scratch,
): Promise<Bytes> | Refusal => {
  const clear = clearLength(codec, frame);
  if (clear instanceof Refusal) return clear;
  const body = frame.length - clear;
  const length = body + proof.length + LENGTH_BYTES;
  if (scratch.bytes.length < length) scratch.bytes = new Uint8Array(2 * length);
  const plaintext = scratch.bytes.subarray(0, length);
  plaintext.set(clear === 0 ? frame : frame.subarray(clear));
  plaintext.set(proof, body);
  plaintext[length - 2] = proof.length >> 8;
  plaintext[length - 1] = proof.length & 255;
  return seal(cipher, counter, frame.subarray(0, clear), metadataOf(frame, clear, codec), plaintext);
};

/** Reads what a sent frame says of itself; nothing of it is believed yet. */
export const readLayout = (codec: MediaCodec, sent: Uint8Array): Layout | Refusal => {
  const clear = clearLength(codec, sent);
  if (clear instanceof Refusal) return clear;
  const header = readHeader(sent, clear);
  if (header instanceof Refusal) return header;
  if (sent.length < clear + header.length + LENGTH_BYTES + TAG_BYTES)
    return new Refusal('frames.short', `${sent.length} bytes`);
  return { clear, header };
};

/** Opens a sent frame under the cipher of its key ID. Refuses `sframe.unauthentic`, and `frames.layout`. */
export const openFrame = async (
  cipher: Cipher,
  codec: MediaCodec,
  sent: Bytes,
  { clear, header }: Layout,
): Promise<Opened | Refusal> => {
  const start = clear + header.length;
  const opened = await open(
    cipher,
    header.counter,
    sent.subarray(clear, start),
    metadataOf(sent, clear, codec),
    sent.subarray(start),
  );
  if (opened instanceof Refusal) return opened;
  const plaintext = new Uint8Array(opened);
  const end = plaintext.length - LENGTH_BYTES;
  const proofBytes = (plaintext[end] ?? 0) * 256 + (plaintext[end + 1] ?? 0);
  const body = end - proofBytes;
  if (body < 0 || proofBytes > MAX_PROOF_BYTES) return new Refusal('frames.layout', `a proof of ${proofBytes} bytes`);
  const proof = plaintext.subarray(body, end);
  if (clear === 0) return { media: opened.slice(0, body), proof };
  const media = new Uint8Array(clear + body);
  media.set(sent.subarray(0, clear));
  media.set(plaintext.subarray(0, body), clear);
  return { media: media.buffer, proof };
};
