import type { Bytes } from '@parley/protocol/bytes';
import type { CounterpartStore } from './counterparts.ts';
import type { ProposalStore } from './proposals.ts';

/** One item of a log as it was stored. */
export type StoredEntry = { readonly seq: number; readonly head: Bytes; readonly bytes: Bytes };

/** One delegation's countersignature of one place. */
export type StoredCountersignature = { readonly seq: number; readonly root: Bytes; readonly bytes: Bytes };

/** A one-time link: the hash of its secret, and the seat that it opens. Times in ms since 1970. */
export type Link = {
  readonly secret: Bytes;
  readonly meeting: Bytes;
  readonly seat: string;
  readonly until: number;
};

/** A device that redeemed a link: its key, the hash of its cookie, and its mandate. */
export type Device = {
  readonly meeting: Bytes;
  readonly seat: string;
  readonly key: Bytes;
  readonly cookie: Bytes;
  readonly certificate: Bytes;
  readonly mandate: Bytes;
};

/**
 * What a node keeps. What is written is on the disk when its promise resolves (nonces: see there): a node stores before
 * it sends.
 * Bytes go in and come out as they were signed; the store understands none of them.
 */
export type Store = CounterpartStore &
  ProposalStore & {
    /** Keeps a signed call sheet; the same again is nothing new. */
    readonly addMeeting: (meeting: Bytes, sheet: Bytes) => Promise<void>;
    readonly meetings: () => Promise<readonly { readonly meeting: Bytes; readonly sheet: Bytes }[]>;

    /**
     * Deletes all that is kept of a meeting, in one step and from the file too; its number is remembered as used up, by
     * its SHA-256 alone.
     */
    readonly deleteMeeting: (meeting: Bytes) => Promise<void>;
    readonly isDeleted: (meeting: Bytes) => Promise<boolean>;

    /** Keeps a seat that the call sheet does not name; false where the meeting has one of that id already. */
    readonly addGuest: (meeting: Bytes, id: string, seat: Bytes) => Promise<boolean>;
    readonly guests: (meeting: Bytes) => Promise<readonly Bytes[]>;

    /** Keeps an entry with what came beside it, together. False, and nothing kept, where its place is taken. */
    readonly addEntry: (
      meeting: Bytes,
      entry: StoredEntry,
      beside: { readonly blobs: readonly StoredBlob[]; readonly countersignatures: readonly StoredCountersignature[] },
    ) => Promise<boolean>;
    /** Entries after a place, oldest first. */
    readonly entriesAfter: (meeting: Bytes, seq: number, most: number) => Promise<readonly StoredEntry[]>;

    /** Keeps one delegation's countersignature of one place; a first one is never replaced. */
    readonly addCountersignature: (meeting: Bytes, countersignature: StoredCountersignature) => Promise<void>;
    /** The newest countersignature of every delegation. */
    readonly newestCountersignatures: (meeting: Bytes) => Promise<readonly Bytes[]>;
    /** Countersignatures of one place. */
    readonly countersignaturesAt: (meeting: Bytes, seq: number) => Promise<readonly Bytes[]>;

    /** Keeps two countersignatures that together prove that one delegation countersigned two logs. */
    readonly addEquivocation: (meeting: Bytes, proof: readonly [Bytes, Bytes]) => Promise<void>;
    readonly equivocations: (meeting: Bytes) => Promise<readonly (readonly [Bytes, Bytes])[]>;

    /** Keeps a restriction that came directly, by the hash of the act; the same again is nothing new. */
    readonly addRestriction: (meeting: Bytes, hash: Bytes, bytes: Bytes) => Promise<void>;
    /** Forgets one that turned out not to stand. */
    readonly dropRestriction: (meeting: Bytes, hash: Bytes) => Promise<void>;
    readonly restrictions: (meeting: Bytes) => Promise<readonly Bytes[]>;

    readonly addBlobs: (meeting: Bytes, blobs: readonly StoredBlob[]) => Promise<void>;
    readonly blob: (meeting: Bytes, hash: Bytes) => Promise<Bytes | null>;

    readonly addLink: (link: Link) => Promise<void>;
    /** Takes a link for a device, once: in one step, so that two at the same moment cannot both have it. */
    readonly redeem: (
      secret: Bytes,
      where: { readonly meeting: Bytes; readonly seat: string },
      device: Bytes,
      now: number,
    ) => Promise<'redeemed' | 'unknown' | 'used' | 'expired'>;

    /** Keeps a device; one key has one line for one seat, and a newer cookie replaces an older one. */
    readonly putDevice: (device: Device) => Promise<void>;
    /** The device of a cookie's hash, if it opens that seat. */
    readonly deviceByCookie: (cookie: Bytes, seat: string) => Promise<Device | null>;

    /**
     * Remembers a peer's nonce until a time (ms); false where it was remembered already. It outlives the process at once,
     * and is on the disk no later than anything that is written after it.
     */
    readonly takeNonce: (root: Bytes, nonce: string, until: number) => Promise<boolean>;
    /** Forgets nonces and links whose time is over. */
    readonly forget: (now: number) => Promise<void>;

    /** Whether somebody else (a command) wrote something since this was last asked. */
    readonly changedElsewhere: () => Promise<boolean>;

    readonly close: () => Promise<void>;
  };

/** Bytes that travel beside the record, by their hash. */
export type StoredBlob = { readonly hash: Bytes; readonly bytes: Bytes };
