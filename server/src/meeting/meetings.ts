import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import type { Counterparts } from '../counterparts/registry.ts';
import type { OwnSeat, OwnSeats } from '../doors/seat/seats.ts';
import type { Identity } from '../identity/files.ts';
import type { AgreedSheet } from '../sheets.ts';
import { evenUnkept } from '../store/failure.ts';
import { guestsOf } from './guests.ts';
import { link } from './links.ts';
import { type Meeting, type MeetingOptions, openMeeting } from './meeting.ts';
import { openRounds } from './rounds.ts';

/** The meetings that a node holds open. */
export type Meetings = {
  readonly all: () => readonly Meeting[];
  readonly find: (meeting: Uint8Array) => Meeting | null;
  /** Own seats in them, by name: a live view. */
  readonly seats: OwnSeats;
  /**
   * Opens one; the same again is nothing new. Refuses `node.seat-twice` (a seat of its name is own in another one),
   * `sheet.deleted` (it was held, and deleted), and `identity.none` (the key that signed its call sheet is kept no longer).
   */
  readonly open: (agreed: AgreedSheet) => Promise<Refusal | null>;
  /** Opens the doors of guests whom a command has added since. */
  readonly seatGuests: () => Promise<void>;
  /** Ends one that was called off: its devices are told, its seats are gone. */
  readonly callOff: (meeting: Meeting) => Promise<void>;
  /** Hears every change of who sits, and of which meetings there are. */
  readonly onChange: (listener: () => void) => void;
  readonly stop: () => Promise<void>;
};

export type MeetingsOptions = Omit<MeetingOptions, 'sheet' | 'links' | 'rounds' | 'over'> & {
  readonly counterparts: Counterparts;
  /** The identity that signs with an issuing key: a call sheet's own may be an earlier one. */
  readonly identityWith: (key: Bytes) => Promise<Identity | Refusal>;
};

/** How long a node that has everything waits for the others to have it, before it deletes what was agreed to be deleted. */
export const DELETE_AFTER_MS = 600_000;

/** Holds meetings open. */
export const openMeetings = (options: MeetingsOptions): Meetings => {
  const { own, store, counterparts } = options;
  const ownName = toHex(own.root);
  const meetings = new Map<string, Meeting>();
  const seats = new Map<string, OwnSeat>();
  const rounds = openRounds(options.clock, counterparts.ask);
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  const seatGuests = async (meeting: Meeting, signedSheet: Bytes): Promise<void> => {
    for (const agreed of await guestsOf(store, meeting.sheet.meeting, own.root))
      if (seats.get(agreed.id)?.meeting.isClosed() !== false) seats.set(agreed.id, { agreed, meeting, signedSheet });
  };

  const close = async (meeting: Meeting, why: Refusal): Promise<void> => {
    meetings.delete(toHex(meeting.sheet.meeting));
    for (const [name, seat] of seats) if (seat.meeting === meeting) seats.delete(name);
    await meeting.halt(why);
    changed();
  };
  const deleteAll = async (name: string): Promise<void> => {
    const meeting = meetings.get(name);
    if (!meeting) return;
    await close(meeting, new Refusal('close.ended', meeting.sheet.title));
    // Where that fails it is done after the next start.
    await evenUnkept(store.deleteMeeting(meeting.sheet.meeting));
    options.logger.info({ meeting: name }, 'what was kept of a meeting is deleted, as agreed');
  };

  return {
    all: () => [...meetings.values()],
    find: (meeting) => meetings.get(toHex(meeting)) ?? null,
    seats,
    open: async ({ sheet, bytes }) => {
      const name = toHex(sheet.meeting);
      if (meetings.has(name)) return null;
      if (await store.isDeleted(sheet.meeting)) return new Refusal('sheet.deleted', sheet.title);
      const agreed = sheet.seats.filter((seat) => toHex(seat.root) === ownName);
      const twice = agreed.find((seat) => seats.get(seat.id)?.meeting.isClosed() === false);
      if (twice) return new Refusal('node.seat-twice', twice.id);
      const key = sheet.issuers.get(ownName)?.key;
      const signing = key ? await options.identityWith(key) : new Refusal('peer.not-in-meeting');
      if (signing instanceof Refusal) return signing;
      counterparts.learn(sheet.issuers.values());
      await store.addMeeting(sheet.meeting, bytes);
      const others = sheet.delegations.map(({ root }) => toHex(root)).filter((root) => root !== ownName);
      const meeting = await openMeeting({
        ...options,
        own: signing,
        sheet,
        over: () => {
          if (sheet.record === 'nothing') options.clock.after(DELETE_AFTER_MS, () => void deleteAll(name));
        },
        rounds,
        links: (reached) =>
          others.map((root) =>
            link(
              root,
              (request) => counterparts.ask(root, request),
              (now) => reached(root, now),
              options.clock,
            ),
          ),
      });
      meetings.set(name, meeting);
      for (const seat of agreed) seats.set(seat.id, { agreed: seat, meeting, signedSheet: bytes });
      await seatGuests(meeting, bytes);
      meeting.onChange(changed);
      changed();
      return null;
    },
    seatGuests: async () => {
      const open = new Map([...seats.values()].map(({ meeting, signedSheet }) => [meeting, signedSheet]));
      for (const [meeting, bytes] of open) if (!meeting.isClosed()) await seatGuests(meeting, bytes);
    },
    callOff: (meeting) => close(meeting, new Refusal('sheet.withdrawn', meeting.sheet.title)),
    onChange: (listener) => {
      listeners.add(listener);
    },
    stop: async () => {
      await Promise.all(Array.from(meetings.values(), (meeting) => meeting.stop()));
    },
  };
};
