import { type Bytes, equal, fromHex, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import {
  type Act,
  append,
  type Countersignature,
  countersign,
  type Entry,
  judgeDirect,
  judgeTime,
  type Ledger,
  openAct,
  openEntry,
  openLedger,
  proveEquivocation,
  type Sheet,
  take,
  type VerifiedEntry,
  verifyAct,
  verifyCountersignature,
  verifyEntry,
} from '@parley/protocol/log';
import { judgePackage, matchBlobs, order } from '@parley/protocol/meeting';
import type { Clock } from '../clock.ts';
import type { Store, StoredBlob } from '../store/store.ts';

/** An entry that this node has stored and countersigned. */
export type Recorded = {
  readonly entry: Entry;
  readonly act: Act;
  readonly blobs: readonly Bytes[];
  /** This node's own countersignature, or null where it may not sign yet. */
  readonly countersignature: Bytes | null;
};

/**
 * A meeting's log as one node holds it, in memory and in its store. Every method is called from the meeting's one
 * queue. What is returned has been stored.
 */
export type LogRecord = {
  readonly ledger: () => Ledger;
  /** Seatings that a restriction ended directly, before the log did. */
  readonly ended: () => ReadonlySet<number>;
  /** Restrictions that came directly and whose seating the log still holds. */
  readonly waiting: () => readonly Bytes[];
  /** The host: gives an act of `from` (root in hex) its place. */
  readonly order: (act: Bytes, blobs: readonly Bytes[], from: string) => Promise<Recorded | Refusal>;
  /**
   * Takes an entry of the host's. `blobs` null: they are fetched when they are wanted. `live`: it was made just now,
   * so that the host's time can be judged.
   */
  readonly receive: (entry: Bytes, blobs: readonly Bytes[] | null, live: boolean) => Promise<Recorded | Refusal>;
  /** Takes a countersignature; null where it says nothing new. */
  readonly countersigned: (given: Bytes) => Promise<Countersignature | null | Refusal>;
  /** Countersigns the newest entry, where that was not possible when it came. */
  readonly catchUpSigning: () => Promise<Bytes | null>;
  /** Takes a restriction directly; null where it is known already. */
  readonly restrict: (act: Bytes) => Promise<Act | null | Refusal>;
};

export type RecordOptions = {
  readonly own: { readonly root: Bytes; readonly signer: Signer; readonly serial: number };
  readonly sheet: Sheet;
  readonly store: Store;
  readonly clock: Clock;
  /** False until every counterpart has said how far the log goes: after a restore nothing is signed before. */
  readonly maySign: () => boolean;
};

const PART = 64;

/** Opens a meeting's log from the store, verifying every entry again; throws where the store was tampered with. */
export const openRecord = async (options: RecordOptions): Promise<LogRecord> => {
  const { own, sheet, store, clock, maySign } = options;
  const { meeting } = sheet;
  const ownName = toHex(own.root);
  let ledger = openLedger(sheet);
  const ended = new Map<number, Bytes>();
  const known = new Set<string>();
  let newest: Entry | null = null;

  const must = <T>(value: T | Refusal): T => {
    if (value instanceof Refusal) throw new Error(`the store holds what must not be there: ${value.code}`);
    return value;
  };
  const advance = (next: Ledger) => {
    ledger = next;
    for (const seating of ended.keys()) if (!ledger.state.seatings.has(seating)) ended.delete(seating);
  };

  for (let after = 0; ; after = ledger.state.head.seq) {
    const part = await store.entriesAfter(meeting, after, PART);
    for (const { bytes } of part) {
      newest = must(openEntry(bytes));
      ledger = must(append(ledger, must(await verifyEntry(ledger.state, newest))));
    }
    if (part.length < PART) break;
  }
  for (const bytes of await store.newestCountersignatures(meeting)) {
    const next = take(ledger, must(await verifyCountersignature(sheet, bytes)));
    if (!(next instanceof Refusal)) ledger = next;
  }
  for (const bytes of await store.restrictions(meeting)) {
    const act = await verifyAct(ledger.state, bytes, clock.now());
    const ends = act instanceof Refusal ? act : judgeDirect(ledger.state, act);
    if (!(ends instanceof Refusal)) for (const seating of ends) ended.set(seating, bytes);
  }

  const signNewest = async (entry: Entry): Promise<Bytes | null> => {
    if (!maySign()) return null;
    const bytes = await countersign(own, entry);
    await store.addCountersignature(meeting, entry.seq, own.root, bytes);
    advance(must(take(ledger, must(await verifyCountersignature(sheet, bytes)))));
    return bytes;
  };

  const keep = async (
    { entry, act }: VerifiedEntry,
    next: Ledger,
    blobs: readonly StoredBlob[],
  ): Promise<Recorded | Refusal> => {
    const stored = { seq: entry.seq, head: entry.head, bytes: entry.bytes };
    if (!(await store.addEntry(meeting, stored, blobs))) throw new Error('the store is ahead of its own node');
    advance(next);
    newest = entry;
    const countersignature = await signNewest(entry);
    return { entry, act, blobs: blobs.map((blob) => blob.bytes), countersignature };
  };

  return {
    ledger: () => ledger,
    ended: () => new Set(ended.keys()),
    waiting: () => [...ended.values()],
    order: async (given, blobs, from) => {
      if (!maySign()) return new Refusal('host.not-synced');
      const opened = openAct(given);
      if (opened instanceof Refusal) return opened;
      const matched = matchBlobs(opened.inner.action, blobs);
      if (matched instanceof Refusal) return matched;
      const ordered = await order(ledger, given, clock.now());
      if (ordered instanceof Refusal) return ordered;
      if (ordered.verified.act.root !== from) return new Refusal('peer.not-yours', from);
      const unusable = await judgePackage(ordered.verified, matched);
      return unusable ?? keep(ordered.verified, ordered.ledger, matched);
    },
    receive: async (given, blobs, live) => {
      const entry = openEntry(given);
      if (entry instanceof Refusal) return entry;
      const verified = await verifyEntry(ledger.state, entry);
      if (verified instanceof Refusal) return verified;
      const skew = judgeTime(entry, clock.now());
      if (skew && (live || entry.time > clock.now())) return skew;
      const matched = blobs === null ? [] : matchBlobs(verified.act.action, blobs);
      if (matched instanceof Refusal) return matched;
      const unusable = await judgePackage(verified, matched);
      if (unusable) return unusable;
      const next = append(ledger, verified);
      return next instanceof Refusal ? next : keep(verified, next, matched);
    },
    countersigned: async (given) => {
      const read = await verifyCountersignature(sheet, given);
      if (read instanceof Refusal) return read;
      const held = ledger.tally.get(read.root);
      if (held && equal(held.bytes, given)) return null;
      const next = take(ledger, read);
      if (next instanceof Refusal) return next.code === 'log.fork' ? named(read, next) : next;
      if (next === ledger) return null;
      await store.addCountersignature(meeting, read.seq, fromHex(read.root), given);
      advance(next);
      return read;
    },
    catchUpSigning: async () => {
      const signed = ledger.tally.get(ownName)?.seq ?? 0;
      return newest && newest.seq > signed ? signNewest(newest) : null;
    },
    restrict: async (given) => {
      const act = await verifyAct(ledger.state, given, clock.now());
      if (act instanceof Refusal) return act;
      if (known.has(toHex(act.hash))) return null;
      const ends = judgeDirect(ledger.state, act);
      if (ends instanceof Refusal) return ends;
      await store.addRestriction(meeting, act.hash, given);
      known.add(toHex(act.hash));
      for (const seating of ends) ended.set(seating, given);
      return act;
    },
  };

  // A second head by the same key at the same place is a proof; a second head alone only shows that two logs exist.
  async function named(read: Countersignature, fork: Refusal): Promise<Refusal> {
    for (const other of await store.countersignaturesAt(meeting, read.seq)) {
      const proof = await proveEquivocation(sheet, other, read.bytes);
      if (!(proof instanceof Refusal)) return new Refusal('log.equivocation', `${proof.root} at ${proof.seq}`);
    }
    return fork;
  }
};
