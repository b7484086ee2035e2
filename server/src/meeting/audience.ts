import type { Bytes } from '@parley/protocol/bytes';
import { equal } from '@parley/protocol/bytes';
import type { Seating } from '@parley/protocol/log';
import type { NodeToDevice } from '@parley/protocol/wire';

/** A device of one's own delegation whose socket stands and that has proven itself. */
export type Listener = {
  readonly seat: string;
  readonly device: Bytes;
  readonly send: (message: NodeToDevice) => void;
};

/** The devices at this node, and which of them may hear the log. */
export type Audience = {
  readonly add: (listener: Listener) => void;
  readonly remove: (listener: Listener) => void;
  /** Whether a device has a socket here. */
  readonly has: (device: Bytes) => boolean;
  /** Tells everybody at this node, seated or not. */
  readonly tellAll: (message: NodeToDevice) => void;
  /** Tells those who may hear the log. */
  readonly tell: (message: NodeToDevice) => void;
  /** Tells those who may not. */
  readonly tellOthers: (message: NodeToDevice) => void;
  /** Tells one device. */
  readonly tellDevice: (device: Bytes, message: NodeToDevice) => void;
  /**
   * Compares listeners with the living seatings. The newly admitted are given to `admitted` one after the other and
   * hear everything from then on; whoever has no living seating any more hears nothing again.
   */
  readonly refresh: (living: readonly Seating[], admitted: (listener: Listener) => Promise<void>) => Promise<void>;
};

/** An audience of nobody. */
export const audience = (): Audience => {
  const listeners = new Set<Listener>();
  const hearing = new Set<Listener>();
  return {
    add: (listener) => listeners.add(listener),
    remove: (listener) => {
      listeners.delete(listener);
      hearing.delete(listener);
    },
    has: (device) => [...listeners].some((listener) => equal(listener.device, device)),
    tellAll: (message) => {
      for (const listener of listeners) listener.send(message);
    },
    tell: (message) => {
      for (const listener of hearing) listener.send(message);
    },
    tellOthers: (message) => {
      for (const listener of listeners) if (!hearing.has(listener)) listener.send(message);
    },
    tellDevice: (device, message) => {
      for (const listener of listeners) if (equal(listener.device, device)) listener.send(message);
    },
    refresh: async (living, admitted) => {
      for (const listener of listeners) {
        const seated = living.some((one) => one.seat.id === listener.seat && equal(one.device, listener.device));
        if (!seated) hearing.delete(listener);
        else if (!hearing.has(listener)) {
          await admitted(listener);
          if (listeners.has(listener)) hearing.add(listener);
        }
      }
    },
  };
};
