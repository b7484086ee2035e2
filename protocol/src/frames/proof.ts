import {
  type Bytes,
  bytes,
  bytesUpTo,
  decode,
  encode,
  equal,
  Refusal,
  record,
  type Signer,
  sign,
  uint,
  verify,
} from '../bytes/index.ts';
import type { EpochName } from './epoch.ts';
import { MAX_PROOF_BYTES } from './frame.ts';

/** Bytes of a frame's digest: the first 80 bits of SHA-256 over the whole sent frame. */
const DIGEST_BYTES = 10;

/** A proof covers at most so many frames. */
export const MAX_COVERED = 256;

/** What a proof says: these frames, counter after counter from `first`, are mine; it was `time` when I said so. */
export type Claim = { readonly first: number; readonly time: number; readonly digests: Bytes };

/** A claim with its signature, as it rides in a frame. */
export type Proof = Claim & { readonly signature: Bytes };

/** In place of the digest of a counter that no frame was sent under. */
export const NO_FRAME: Bytes = new Uint8Array(DIGEST_BYTES);

/** The digest of a sent frame: clear bytes, SFrame header, ciphertext and tag. */
export const digestOf = async (sent: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', sent), 0, DIGEST_BYTES);

const statement = (epoch: EpochName, stream: number, { first, time, digests }: Claim): Bytes =>
  encode({
    v: 1,
    meeting: epoch.meeting,
    circle: epoch.circle,
    generation: epoch.generation,
    epoch: epoch.epoch,
    authenticator: epoch.authenticator,
    stream,
    time,
    first,
    digests,
  });

// One letter a field: a proof rides five times a second in every track.
const proofCodec = record({
  c: uint(),
  d: bytesUpTo(DIGEST_BYTES * MAX_COVERED, DIGEST_BYTES),
  s: bytes(64),
  t: uint(),
});

/** The proof's bytes as they ride in a frame. */
export const encodeProof = ({ first, time, digests, signature }: Proof): Bytes =>
  encode({ c: first, d: digests, s: signature, t: time });

/** Reads a proof's bytes; refuses (`proof.malformed`) all but the one encoding of a proof. Believes nothing yet. */
export const decodeProof = (raw: Uint8Array): Proof | Refusal => {
  const read = decode(proofCodec, raw, MAX_PROOF_BYTES);
  if (read instanceof Refusal) return new Refusal('proof.malformed', read.detail);
  if (read.d.length % DIGEST_BYTES !== 0 || !Number.isSafeInteger(read.c + read.d.length / DIGEST_BYTES))
    return new Refusal('proof.malformed', 'digests');
  return { first: read.c, time: read.t, digests: read.d, signature: read.s };
};

/** The last counter that a claim covers. */
export const lastOf = ({ first, digests }: Claim): number => first + digests.length / DIGEST_BYTES - 1;

/** Signs a claim with the seat's frame key, for one epoch and stream. */
export const signProof = async (signer: Signer, epoch: EpochName, stream: number, claim: Claim): Promise<Bytes> =>
  encodeProof({ ...claim, signature: await sign(signer, 'frame-proof', statement(epoch, stream, claim)) });

/** Whether the frame key made this proof, for this epoch and stream. */
export const verifyProof = (frameKey: Bytes, epoch: EpochName, stream: number, proof: Proof): Promise<boolean> =>
  verify(frameKey, 'frame-proof', statement(epoch, stream, proof), proof.signature);

/** What a verified claim says of a frame. */
export const compare = (
  claim: Claim,
  counter: number,
  digest: Uint8Array,
): 'proven' | 'contradicted' | 'not covered' => {
  if (counter < claim.first || counter > lastOf(claim)) return 'not covered';
  const at = (counter - claim.first) * DIGEST_BYTES;
  const listed = claim.digests.subarray(at, at + DIGEST_BYTES);
  return equal(listed, digest) && !equal(listed, NO_FRAME) ? 'proven' : 'contradicted';
};
