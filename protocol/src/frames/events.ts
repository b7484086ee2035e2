import type { ProofState } from './judge.ts';

/** What a receiver says; the words are those of the frame worker's control protocol. */
export type ReceiverEvent =
  | {
      readonly kind: 'bind';
      readonly pipe: number;
      readonly binding: number;
      readonly seating: number;
      readonly stream: number;
      readonly media: 'audio' | 'video';
    }
  | {
      readonly kind: 'proof';
      readonly pipe: number;
      readonly seating: number;
      readonly media: 'audio' | 'video';
      readonly state: ProofState;
      readonly sinceMs: number;
    }
  | { readonly kind: 'alarm'; readonly code: string; readonly pipe: number };

/** Where a receiver's decisions go. */
export type ReceiverOut<T> = {
  /** This frame may be shown; `media` is what the encoder made. */
  readonly pass: (pipe: number, token: T, media: ArrayBuffer) => void;
  readonly drop: (pipe: number, code: string) => void;
  readonly say: (event: ReceiverEvent) => void;
};
