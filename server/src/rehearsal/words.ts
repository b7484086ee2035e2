import type { Bytes } from '@parley/protocol/bytes';
import type { Guest } from '../meeting/guests.ts';

/** What the supervisor says to a node that it started. */
export type ToNode =
  | { readonly kind: 'link'; readonly id: number; readonly seat: string }
  | { readonly kind: 'reroute'; readonly id: number; readonly url: string | null }
  /** Ends the lines of its devices to the SFU of a root. */
  | { readonly kind: 'cut'; readonly id: number; readonly root: string }
  /** Asks for the meeting, and for place and hash of its newest entry: `<hex> <seq> <hex>`. */
  | { readonly kind: 'head'; readonly id: number }
  /** Sends an entry to a counterpart in this node's name, as if it were ordered. */
  | {
      readonly kind: 'push';
      readonly id: number;
      readonly root: string;
      readonly meeting: string;
      readonly entry: string;
    }
  /** Keeps a guest of the meeting that is held. */
  | { readonly kind: 'guest'; readonly id: number; readonly guest: Guest }
  /** Opens the meeting that the call sheet in the data folder says now. */
  | { readonly kind: 'hold'; readonly id: number }
  | { readonly kind: 'stop' };

/** What a node says to its supervisor. */
export type FromNode =
  | { readonly kind: 'ready'; readonly sfu: number | null }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string }
  | { readonly kind: 'occupied'; readonly seats: readonly string[]; readonly closed: boolean }
  | { readonly kind: 'answer'; readonly id: number; readonly text: string | null; readonly code: string | null };

/** Bytes in a message between processes. */
export const pack = (bytes: Bytes): string => Buffer.from(bytes).toString('base64');
export const unpack = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'base64'));
