import { type Bytes, concat, Refusal, type Signer } from '../bytes/index.ts';
import { type Redundancy, redundancyAt, signatureDue } from './cadence.ts';
import { type Cipher, deriveCipher } from './cipher.ts';
import type { MediaCodec } from './codec.ts';
import { type Epoch, epochLabel } from './epoch.ts';
import { type Scratch, sealFrame } from './frame.ts';
import { MAX_STREAM, makeKid } from './kid.ts';
import { digestOf, MAX_COVERED, NO_FRAME, signProof } from './proof.ts';

/** One frame as the encoder made it. */
export type EncodedFrame = { readonly codec: MediaCodec; readonly keyFrame: boolean; readonly data: Bytes };

/** One sending pipe. */
export type SendStream = {
  /** Its number: never used before by this sender. */
  readonly stream: number;
  /**
   * Seals one frame under the sender's present epoch, with a proof of earlier frames where one is ready. `now`:
   * milliseconds since 1970. Calls of one stream do not overlap. Refuses `frames.no-key` (nothing to send under, or
   * halted meanwhile) and `frames.short`.
   */
  readonly seal: (frame: EncodedFrame, now: number) => Promise<Bytes | Refusal>;
  /** Worst loss that receivers report, 0 to 1. */
  readonly setLoss: (fraction: number) => void;
};

/** A device's sending half: it owns every counter. */
export type Sender = {
  /** Keeps an epoch to send under; it must hold our leaf. `signer` holds our frame key. */
  readonly install: (epoch: Epoch, signer: Signer) => void;
  /** Forgets an epoch; if it was the present one, nothing is sent any more. */
  readonly forget: (generation: number, epoch: number) => void;
  /** From now on seal under this epoch. Refuses (`frames.epoch`) one that was not installed, and then halts. */
  readonly use: (generation: number, epoch: number) => Refusal | undefined;
  /** Seal nothing, and let nothing out that is being sealed, until the next `use`. */
  readonly halt: () => void;
  /** A new stream; throws when 2^24 were opened. */
  readonly open: () => SendStream;
};

type Sealing = { readonly epoch: Epoch; readonly signer: Signer };
type Riding = { readonly bytes: Bytes; readonly last: number; left: number };

const NO_PROOF: Bytes = new Uint8Array(0);

/** Makes a device's sending half. */
export const createSender = (): Sender => {
  const installed = new Map<string, Sealing>();
  let present: Sealing | undefined;
  let streams = 0;

  const openStream = (stream: number): SendStream => {
    const scratch: Scratch = { bytes: new Uint8Array(4096) };
    let redundancy: Redundancy = redundancyAt(0);
    let under: Sealing | undefined;
    let cipher: Cipher | undefined;
    let counter = 0;
    // Digests of the frames from `from` on; `marks` are the last counters of the latest signatures that rode.
    let digests: Promise<Bytes>[] = [];
    let from = 0;
    let marks: number[] = [];
    let began = 0;
    let signedAt: number | undefined;
    let unsigned = 0;
    let signing: Promise<Riding> | undefined;
    let riding: Riding | undefined;

    // A proof names its epoch, so one that is not under way yet is made anew after a change.
    const enter = async (next: Sealing, now: number): Promise<void> => {
      cipher = await deriveCipher(next.epoch.baseKey, makeKid(stream, next.epoch.ownLeaf, next.epoch.epoch), 'encrypt');
      under = next;
      began = now;
      signedAt = undefined;
      signing = undefined;
      riding = undefined;
    };

    const readyToRide = async (): Promise<void> => {
      if (!signing) return;
      riding = await signing;
      signing = undefined;
    };

    const rode = (): void => {
      if (!riding) return;
      riding.left -= 1;
      if (marks.at(-1) !== riding.last) marks = [...marks, riding.last].slice(-redundancy.depth);
      if (riding.left <= 0) riding = undefined;
    };

    const forgetCovered = (): void => {
      const since = marks.length < redundancy.depth ? 0 : (marks[0] ?? -1) + 1;
      const first = Math.max(since, counter - MAX_COVERED);
      if (first <= from) return;
      digests = digests.slice(first - from);
      from = first;
    };

    const sign = async ({ epoch, signer }: Sealing, now: number): Promise<Riding> => {
      const claim = { first: from, time: now, digests: concat(...(await Promise.all(digests))) };
      const last = from + digests.length - 1;
      return { bytes: await signProof(signer, epoch, stream, claim), last, left: redundancy.rides };
    };

    const seal = async (frame: EncodedFrame, now: number): Promise<Bytes | Refusal> => {
      // A frame that was sealed while the epoch changed is sealed again: nothing leaves under a key given up.
      for (;;) {
        const sealing = present;
        if (!sealing) return new Refusal('frames.no-key');
        if (under !== sealing) await enter(sealing, now);
        if (!cipher) return new Refusal('frames.no-key');
        await readyToRide();
        const sent = await sealFrame(cipher, counter, frame.codec, frame.data, riding?.bytes ?? NO_PROOF, scratch);
        if (sent instanceof Refusal) return sent;
        counter += 1;
        if (present !== sealing) {
          digests.push(Promise.resolve(NO_FRAME));
          continue;
        }
        rode();
        digests.push(digestOf(sent));
        unsigned += 1;
        if (signatureDue({ now, began, signedAt, frames: unsigned, keyFrame: frame.keyFrame })) {
          signedAt = now;
          unsigned = 0;
          forgetCovered();
          signing = sign(sealing, now);
        }
        return sent;
      }
    };

    return {
      stream,
      seal,
      setLoss: (fraction) => {
        redundancy = redundancyAt(fraction);
      },
    };
  };

  return {
    install: (epoch, signer) => {
      installed.set(epochLabel(epoch.generation, epoch.epoch), { epoch, signer });
    },
    forget: (generation, epoch) => {
      const label = epochLabel(generation, epoch);
      if (present && present === installed.get(label)) present = undefined;
      installed.delete(label);
    },
    use: (generation, epoch) => {
      present = installed.get(epochLabel(generation, epoch));
      return present ? undefined : new Refusal('frames.epoch', `${generation}.${epoch} is not installed`);
    },
    halt: () => {
      present = undefined;
    },
    open: () => {
      if (streams > MAX_STREAM) throw new Error('no stream number is left');
      streams += 1;
      return openStream(streams - 1);
    },
  };
};
