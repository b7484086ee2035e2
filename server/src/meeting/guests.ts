import { type Bytes, type Decoded, decode, encode, Refusal, record, text } from '@parley/protocol/bytes';
import { role, seatId } from '@parley/protocol/identity';
import type { AgreedSeat } from '@parley/protocol/log';
import type { Store } from '../store/store.ts';

const guest = record({ id: seatId, role, name: text(120), function: text(160) });

/** Somebody of one's own delegation whom a call sheet does not name, and who may knock (KNOCK). */
export type Guest = Decoded<typeof guest>;

/**
 * Keeps a guest of a meeting that the store knows. Refuses `bytes.*` (a name that is no clean text, or too long) and
 * `guest.there` (one of that id is kept already).
 */
export const keepGuest = async (store: Store, meeting: Bytes, given: Guest): Promise<Refusal | null> => {
  const seat = encode(given);
  const read = decode(guest, seat);
  if (read instanceof Refusal) return read;
  return (await store.addGuest(meeting, given.id, seat)) ? null : new Refusal('guest.there', given.id);
};

/** The seats of a delegation's guests in a meeting. Throws where the store does not hold what was put into it. */
export const guestsOf = async (store: Store, meeting: Bytes, root: Bytes): Promise<readonly AgreedSeat[]> =>
  (await store.guests(meeting)).map((bytes) => {
    const read = decode(guest, bytes);
    if (read instanceof Refusal) throw new Error(`the store holds a guest that is none: ${read.code}`);
    return { ...read, root };
  });
