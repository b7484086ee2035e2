import type { Figure } from './figure.ts';

/** What its worker draws and says; everything survives structured cloning, streams travel by transfer. */
export type StandInScript = {
  readonly figure: Figure;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** BCP 47 tag for the clock. */
  readonly locale: string;
  /** `speech`: a voice of its own, by seed. `tone`: a pitch by which a test knows it. `none`: picture only. */
  readonly voice:
    | { readonly kind: 'speech'; readonly seed: number }
    | { readonly kind: 'tone'; readonly hertz: number }
    | { readonly kind: 'none' };
};

/** Page → its worker. */
export type ToStandIn =
  | {
      readonly kind: 'start';
      readonly script: StandInScript;
      readonly pictures: WritableStream<VideoFrame>;
      readonly sounds: WritableStream<AudioData> | null;
    }
  | { readonly kind: 'stop' };
