import { type Bytes, equal } from '@parley/protocol/bytes';
import type { Seating } from '@parley/protocol/log';
import type { Clock } from '../clock.ts';

/** How a device's socket ended: closed by its own page, or gone. */
export type Parting = 'closed' | 'gone';

/** Notices that a seated device of one's own has gone for good (NODE11). */
export type Losing = {
  /** A device's socket has ended; of its seatings, those up to a place of the log (all, unless told) were that page's. */
  readonly parted: (device: Bytes, how: Parting, upTo?: number) => void;
  /** Begins to wait for the devices of all own seatings: after a start of the node. */
  readonly awaitAll: (ms: number) => void;
};

export type LosingOptions = {
  readonly after: { readonly gone: number; readonly closed: number };
  readonly clock: Clock;
  /** Seatings of one's own delegation that stand now, and knocks that wait. */
  readonly own: () => readonly Sitter[];
  readonly hasSocket: (device: Bytes) => boolean;
  readonly lose: (id: number) => void;
};

/** Who sits or waits with a device. */
type Sitter = Pick<Seating, 'id' | 'device'>;

/** Waits for devices to come back, and gives their seatings up when they do not. */
export const losing = ({ after, clock, own, hasSocket, lose }: LosingOptions): Losing => {
  const waitFor = (seating: Sitter, ms: number, how: Parting) => {
    clock.after(ms, () => {
      const back = how === 'gone' && hasSocket(seating.device);
      if (!back && own().some((one) => one.id === seating.id)) lose(seating.id);
    });
  };
  return {
    parted: (device, how, upTo = Number.POSITIVE_INFINITY) => {
      for (const seating of own())
        if (equal(seating.device, device) && seating.id <= upTo) waitFor(seating, after[how], how);
    },
    awaitAll: (ms) => {
      for (const seating of own()) waitFor(seating, ms, 'gone');
    },
  };
};
