/**
 * The words between the page and its one frame worker (protocol/spec/frames.md, Control).
 * Everything here survives structured cloning; streams travel by transfer.
 */

/** What a track carries. The worker learns the codec itself, frame by frame. */
export type Media = 'audio' | 'video';

/** What a pipe may be shown as, strongest first. Only `proven` may be called verified. */
export type ProofState = 'proven' | 'unproven' | 'late' | 'dark' | 'contradicted';

/** One leaf of an epoch: the seat that alone may send under it. */
export type EpochLeaf = {
  /** MLS leaf index, below 1024. */
  readonly leaf: number;
  /** The seq of the seat's sit entry. */
  readonly seating: number;
  /** Fingerprint of the seat's delegation, lower-case hex. */
  readonly delegation: string;
  /** The seat's Ed25519 frame key, 32 bytes, from its sit entry. */
  readonly frameKey: Uint8Array<ArrayBuffer>;
};

/** Keys of one epoch: from its arrival frames under it are received. */
export type EpochMessage = {
  readonly kind: 'epoch';
  /** 16 bytes. */
  readonly meeting: Uint8Array<ArrayBuffer>;
  readonly circle: string;
  readonly generation: number;
  readonly epoch: number;
  /** Hash of the epoch authenticator, 32 bytes. */
  readonly authenticator: Uint8Array<ArrayBuffer>;
  /** MLS exporter output (RFC 9605 section 5.2), 32 bytes; the sender forgets it after posting. */
  readonly baseKey: Uint8Array<ArrayBuffer>;
  readonly ownLeaf: number;
  /** Seed of our own frame key, 32 bytes; without it this device only receives. */
  readonly frameSeed?: Uint8Array<ArrayBuffer>;
  readonly leaves: readonly EpochLeaf[];
};

/** Page → worker. */
export type ToWorker =
  | {
      /** Takes a sender's or receiver's encoded streams (transferred) for good. */
      readonly kind: 'attach';
      /** Chosen by the page, never used twice. */
      readonly pipe: number;
      readonly direction: 'send';
      readonly media: Media;
      readonly readable: ReadableStream;
      readonly writable: WritableStream;
    }
  | {
      readonly kind: 'attach';
      readonly pipe: number;
      readonly direction: 'receive';
      readonly media: Media;
      /** Whose SFU it came over: root fingerprint, lower-case hex. */
      readonly delegation: string;
      readonly readable: ReadableStream;
      readonly writable: WritableStream;
    }
  /** The pipe's connection is gone. */
  | { readonly kind: 'detach'; readonly pipe: number }
  | EpochMessage
  /** From now on seal under this epoch, which stands installed. */
  | { readonly kind: 'send'; readonly generation: number; readonly epoch: number }
  /** Send nothing under any key until the next `send`; what is encoded meanwhile waits `HELD_MS` for it, and is dropped then. */
  | { readonly kind: 'halt' }
  /** Forget an epoch's receive keys after a grace (at most 10 000 ms are granted). */
  | { readonly kind: 'retire'; readonly generation: number; readonly epoch: number; readonly afterMs: number }
  /** Accept nothing more of this seating, at once and for good. */
  | { readonly kind: 'block'; readonly seating: number }
  /** The page has moved the pipe's track to the right tile: held frames may flow. */
  | { readonly kind: 'bound'; readonly pipe: number; readonly binding: number }
  /**
   * The seating's `Date.now()` minus ours, and how far that may be wrong; without it lateness is not judged. Both are
   * the devices' own clocks, uncorrected: by them workers sign and judge.
   */
  | { readonly kind: 'clock'; readonly seating: number; readonly offsetMs: number; readonly errorMs: number }
  /** Worst loss that receivers report of a sending pipe, 0 to 1: proofs are repeated as it grows. */
  | { readonly kind: 'loss'; readonly pipe: number; readonly fraction: number };

/** How long frames wait for the next keys, in ms: longer than a change of keys takes; later ones would only be late. */
export const HELD_MS = 500;

/** Frames of one pipe since it was attached. */
export type PipeCounts = {
  readonly pipe: number;
  readonly in: number;
  /** Frames passed on; held ones are in neither sum until they are decided. */
  readonly out: number;
  /** Refusal code → frames dropped for it, and proofs refused (their frames are judged by themselves). */
  readonly dropped: Readonly<Record<string, number>>;
};

/** Worker → page. */
export type FromWorker =
  | {
      /**
       * From now on the pipe carries this stream of this seating. What it carried before has left the decoder's
       * buffers; frames are held until the page moved the track and answered `bound` with the same binding.
       */
      readonly kind: 'bind';
      readonly pipe: number;
      readonly binding: number;
      readonly seating: number;
      readonly stream: number;
      readonly media: Media;
    }
  | {
      /**
       * Said on change, and after each `bind`. `dark` and `contradicted`: nothing flows, blank and mute the tile. Of a
       * pipe that is bound to nobody it says why a seat that claims to be there is not shown.
       */
      readonly kind: 'proof';
      readonly pipe: number;
      readonly seating: number;
      readonly media: Media;
      readonly state: ProofState;
      /** How long frames stand without proof (`late`: how late they are); 0 for `proven`. */
      readonly sinceMs: number;
    }
  /** Every 500 ms while a pipe is attached. */
  | { readonly kind: 'counts'; readonly pipes: readonly PipeCounts[] }
  /** Something that must not happen: the page shows it, and stops where it must. */
  | { readonly kind: 'alarm'; readonly code: string; readonly pipe?: number };
