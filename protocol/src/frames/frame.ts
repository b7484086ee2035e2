import { type Bytes, equal, Refusal } from '../bytes/index.ts';
import { type Cipher, open, seal, TAG_BYTES } from './cipher.ts';
import { clearLength, formOf, type MediaCodec } from './codec.ts';
import { type Header, readHeader } from './header.ts';

/** Where the parts of a sent frame lie: `clear ‖ SFrame header ‖ ciphertext ‖ tag ‖ form`. */
export type Layout = { readonly clear: number; readonly header: Header; readonly proof: boolean };

/** An opened frame: what the encoder made, and the proof that rode with it (empty when none did). */
export type Opened = { readonly media: ArrayBuffer; readonly proof: Bytes };

/** A proof's length takes two bytes at the plaintext's end; the form takes one at the frame's. */
const LENGTH_BYTES = 2;
const FORM_BYTES = 1;

/** No proof is longer. */
export const MAX_PROOF_BYTES = 4096;

/** Room for one plaintext, kept between frames: WebCrypto has copied it by the time it returns its promise. */
export type Scratch = { bytes: Bytes };

const NO_PROOF: Bytes = new Uint8Array(0);

/**
 * Seals one encoded frame. Plaintext: the whole frame, its clear bytes included, so that it is decoded as it is
 * decrypted; and where a proof rides: the proof and its length (2 bytes, big-endian). Refuses (`frames.short`) a
 * frame without its clear bytes.
 */
export const sealFrame = (
  cipher: Cipher,
  counter: number,
  codec: MediaCodec,
  frame: Bytes,
  proof: Uint8Array,
  scratch: Scratch,
): Promise<Bytes> | Refusal => {
  const clear = clearLength(codec, frame);
  if (clear instanceof Refusal) return clear;
  const before = frame.subarray(0, clear);
  if (proof.length === 0) return seal(cipher, counter, before, formOf(codec, false), frame);
  const length = frame.length + proof.length + LENGTH_BYTES;
  if (scratch.bytes.length < length) scratch.bytes = new Uint8Array(2 * length);
  const plaintext = scratch.bytes.subarray(0, length);
  plaintext.set(frame);
  plaintext.set(proof, frame.length);
  plaintext[length - 2] = proof.length >> 8;
  plaintext[length - 1] = proof.length & 255;
  return seal(cipher, counter, before, formOf(codec, true), plaintext);
};

/**
 * Reads what a sent frame says of itself; nothing of it is believed yet. Refuses `frames.short`, `frames.codec` (its
 * form is not this codec's) and `sframe.header`.
 */
export const readLayout = (codec: MediaCodec, sent: Uint8Array): Layout | Refusal => {
  const clear = clearLength(codec, sent);
  if (clear instanceof Refusal) return clear;
  const form = sent[sent.length - 1];
  const proof = form === formOf(codec, true)[0];
  if (!proof && form !== formOf(codec, false)[0]) return new Refusal('frames.codec', `form ${form}`);
  const header = readHeader(sent, clear);
  if (header instanceof Refusal) return header;
  // At least one byte of media: so much `clearLength` asked of the plaintext's beginning.
  if (sent.length < clear + header.length + Math.max(clear, 1) + TAG_BYTES + FORM_BYTES)
    return new Refusal('frames.short', `${sent.length} bytes`);
  return { clear, header, proof };
};

const split = (plaintext: Bytes): Opened | Refusal => {
  const end = plaintext.length - LENGTH_BYTES;
  const length = (plaintext[end] ?? 0) * 256 + (plaintext[end + 1] ?? 0);
  const body = end - length;
  if (body < 1 || length < 1 || length > MAX_PROOF_BYTES)
    return new Refusal('frames.layout', `a proof of ${length} bytes`);
  return { media: plaintext.buffer.slice(0, body), proof: plaintext.subarray(body, end) };
};

/**
 * Opens a sent frame under the cipher of its key ID. Refuses `sframe.unauthentic`; and `frames.layout` where a proof's
 * length is not possible or the clear bytes are not those that were sealed.
 */
export const openFrame = async (
  cipher: Cipher,
  codec: MediaCodec,
  sent: Bytes,
  { clear, header, proof }: Layout,
): Promise<Opened | Refusal> => {
  const before = sent.subarray(0, clear);
  const ciphertext = sent.subarray(clear + header.length, sent.length - FORM_BYTES);
  const plaintext = await open(cipher, header.counter, before, formOf(codec, proof), ciphertext);
  if (plaintext instanceof Refusal) return plaintext;
  const opened = proof ? split(new Uint8Array(plaintext)) : { media: plaintext, proof: NO_PROOF };
  if (opened instanceof Refusal || clear === 0) return opened;
  const same = opened.media.byteLength >= clear && equal(new Uint8Array(opened.media, 0, clear), before);
  return same ? opened : new Refusal('frames.layout', 'other clear bytes');
};
