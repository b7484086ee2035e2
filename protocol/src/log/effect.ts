import type { Bytes } from '../bytes/index.ts';
import type { CircleState, Done, Knock, Seating } from './state.ts';

/** What an entry changes. `ends` are the numbers of seatings and knocks. */
export type Effect =
  | { readonly kind: 'seat'; readonly seating: Omit<Seating, 'id'>; readonly ends: readonly number[] }
  | { readonly kind: 'knock'; readonly knock: Omit<Knock, 'id'>; readonly ends: readonly number[] }
  /** One more chair lets somebody in. */
  | { readonly kind: 'allow'; readonly knock: Knock }
  /** `lost`: against their will, so that their delegation is not done. */
  | { readonly kind: 'end'; readonly ends: readonly number[]; readonly removed: Bytes | null; readonly lost: boolean }
  | { readonly kind: 'chair'; readonly root: string; readonly seat: string }
  | { readonly kind: 'done'; readonly done: ReadonlyMap<string, Done> }
  | { readonly kind: 'circle'; readonly table: CircleState };
