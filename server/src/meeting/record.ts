import { type Bytes, equal, fromHex, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import {
  type Act,
  append,
  type Countersignature,
  countersign,
  type Entry,
  follow,
  isRestriction,
  judgeSigning,
  judgeTime,
  type Ledger,
  openAct,
  openEntry,
  openLedger,
  proveEquivocation,
  type Sheet,
  take,
  type VerifiedEntry,
  verifyCountersignature,
  verifyEntry,
} from '@parley/protocol/log';
import { judgePackage, matchBlobs, order } from '@parley/protocol/meeting';
import type { Clock } from '../clock.ts';
import type { Store, StoredBlob, StoredCountersignature } from '../store/store.ts';
import { type Direct, openDirect } from './direct.ts';

/** An entry that this node has stored and, where it may, countersigned. */
export type Recorded = {
  readonly entry: Entry;
  readonly act: Act;
  readonly blobs: readonly Bytes[];
  /** Countersignatures that came beside it and say something new. */
  readonly words: readonly Bytes[];
  /** This node's own countersignature, or null where it may not sign yet. */
  readonly countersignature: Bytes | null;
};

/**
 * A meeting's log as one node holds it, in memory and in its store. Every method is called from the meeting's one
 * queue. What is returned has been stored.
 */
export type LogRecord = {
  readonly ledger: () => Ledger;
  /** The proof, kept from before this start, that a delegation countersigned two logs; null where there is none. */
  readonly broken: Refusal | null;
  /** Restrictions that came directly. */
  readonly direct: Direct;
  /** The host: gives an act of `from` (root in hex) its place. */
  readonly order: (act: Bytes, blobs: readonly Bytes[], from: string) => Promise<Recorded | Refusal>;
  /**
   * Takes an entry of the host's, with the countersignatures that came beside it: nothing is kept where one of them
   * is refused, and nothing is countersigned before the host's is among those held (LOG9). `blobs` null: they come
   * when they are wanted, but for a KeyPackage, which must be read before (CIRCLE8, `blob.unknown`). `live`: it was
   * made just now, so that the host's time can be judged.
   */
  readonly receive: (
    entry: Bytes,
    beside: { readonly blobs: readonly Bytes[] | null; readonly words: readonly Bytes[] },
    live: boolean,
  ) => Promise<Recorded | Refusal>;
  /** Takes a countersignature; null where it says nothing new. */
  readonly countersigned: (given: Bytes) => Promise<Countersignature | null | Refusal>;
  /** Countersigns the newest entry, where that was not possible when it came. */
  readonly catchUpSigning: () => Promise<Bytes | null>;
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

type Signed = { readonly next: Ledger; readonly countersignature: StoredCountersignature };

const storedOf = ({ seq, root, bytes }: Countersignature): StoredCountersignature => ({
  seq,
  root: fromHex(root),
  bytes,
});

/** Opens a meeting's log from the store, verifying every entry again; throws where the store was tampered with. */
export const openRecord = async (options: RecordOptions): Promise<LogRecord> => {
  const { own, sheet, store, clock, maySign } = options;
  const { meeting } = sheet;
  const ownName = toHex(own.root);
  const hosting = equal(own.root, sheet.host);
  let ledger = openLedger(sheet);
  let newest: Entry | null = null;

  const must = <T>(value: T | Refusal): T => {
    if (value instanceof Refusal) throw new Error(`the store holds what must not be there: ${value.code}`);
    return value;
  };

  for (let after = 0; ; after = ledger.state.head.seq) {
    const part = await store.entriesAfter(meeting, after, PART);
    const followed = must(
      await follow(
        ledger,
        part.map(({ bytes }) => bytes),
        [],
      ),
    );
    newest = followed.entries.at(-1)?.entry ?? newest;
    ledger = followed.ledger;
    if (part.length < PART) break;
  }
  for (const bytes of await store.newestCountersignatures(meeting)) {
    const next = take(ledger, must(await verifyCountersignature(sheet, bytes)));
    if (!(next instanceof Refusal)) ledger = next;
  }
  const direct = await openDirect({ meeting, store, clock, ledger: () => ledger });

  /**
   * Countersigns the newest entry of a ledger, where that may be; the caller stores it. The time of an entry that was
   * missed lies in the past without being wrong.
   */
  const signNewest = async (on: Ledger, entry: Entry, live: boolean): Promise<Signed | null> => {
    const now = clock.now();
    if (!maySign() || (!hosting && judgeSigning(on, entry, live ? now : Math.min(now, entry.time)))) return null;
    const bytes = await countersign(own, entry);
    const next = must(take(on, must(await verifyCountersignature(sheet, bytes))));
    return { next, countersignature: { seq: entry.seq, root: own.root, bytes } };
  };

  const keep = async (
    { entry, act }: VerifiedEntry,
    next: Ledger,
    blobs: readonly StoredBlob[],
    words: readonly Countersignature[],
    live: boolean,
  ): Promise<Recorded> => {
    const signed = await signNewest(next, entry, live);
    const stored = { seq: entry.seq, head: entry.head, bytes: entry.bytes };
    const countersignatures = [...words.map(storedOf), ...(signed ? [signed.countersignature] : [])];
    if (!(await store.addEntry(meeting, stored, { blobs, countersignatures })))
      throw new Error('the store is ahead of its own node');
    ledger = signed?.next ?? next;
    newest = entry;
    const given = words.map((word) => word.bytes);
    const countersignature = signed?.countersignature.bytes ?? null;
    return { entry, act, blobs: blobs.map((blob) => blob.bytes), words: given, countersignature };
  };

  /** A countersignature against a ledger that it may move; null where it says nothing new. */
  const readWord = async (
    on: Ledger,
    given: Bytes,
  ): Promise<{ word: Countersignature; next: Ledger } | null | Refusal> => {
    for (const { bytes } of on.tally.values()) if (equal(bytes, given)) return null;
    const word = await verifyCountersignature(sheet, given);
    if (word instanceof Refusal) return word;
    const next = take(on, word);
    if (next instanceof Refusal) return next.code === 'log.fork' ? named(word, next) : next;
    return next === on ? null : { word, next };
  };

  const broken = await provenBefore();
  return {
    ledger: () => ledger,
    broken,
    direct,
    order: async (given, blobs, from) => {
      if (!maySign()) return new Refusal('host.not-synced');
      const opened = openAct(given);
      if (opened instanceof Refusal) return opened;
      const matched = matchBlobs(opened.inner.action, blobs);
      if (matched instanceof Refusal) return matched;
      const ordered = await order(ledger, given, clock.now());
      if (ordered instanceof Refusal) return ordered;
      // A restriction stands for itself, whoever brings it: else its own node could hold it back, and all with it.
      const { root, action } = ordered.verified.act;
      if (root !== from && !isRestriction(action)) return new Refusal('peer.not-yours', from);
      const unusable = await judgePackage(ordered.verified, matched);
      return unusable ?? keep(ordered.verified, ordered.ledger, matched, [], true);
    },
    receive: async (given, { blobs, words }, live) => {
      const entry = openEntry(given);
      if (entry instanceof Refusal) return entry;
      const verified = await verifyEntry(ledger.state, entry);
      if (verified instanceof Refusal) return verified;
      const skew = judgeTime(entry, clock.now());
      if (skew && (live || entry.time > clock.now())) return skew;
      const { action } = verified.act;
      if (blobs === null && action.kind === 'sit') return new Refusal('blob.unknown');
      const matched = blobs === null ? [] : matchBlobs(action, blobs);
      if (matched instanceof Refusal) return matched;
      const unusable = await judgePackage(verified, matched);
      if (unusable) return unusable;
      let next = append(ledger, verified);
      const taken: Countersignature[] = [];
      for (const word of words) {
        if (next instanceof Refusal) return next;
        const read = await readWord(next, word);
        if (read instanceof Refusal) return read;
        if (read === null) continue;
        next = read.next;
        taken.push(read.word);
      }
      return next instanceof Refusal ? next : keep(verified, next, matched, taken, live);
    },
    countersigned: async (given) => {
      const read = await readWord(ledger, given);
      if (read === null || read instanceof Refusal) return read;
      await store.addCountersignature(meeting, storedOf(read.word));
      ledger = read.next;
      return read.word;
    },
    catchUpSigning: async () => {
      const signed = ledger.tally.get(ownName)?.seq ?? 0;
      const made = newest && newest.seq > signed ? await signNewest(ledger, newest, false) : null;
      if (!made) return null;
      await store.addCountersignature(meeting, made.countersignature);
      ledger = made.next;
      return made.countersignature.bytes;
    },
  };

  // A second head by the same key at the same place is a proof; a second head alone only shows that two logs exist.
  async function named(read: Countersignature, fork: Refusal): Promise<Refusal> {
    for (const other of await store.countersignaturesAt(meeting, read.seq)) {
      const proof = await equivocation(other, read.bytes);
      if (!proof) continue;
      await store.addEquivocation(meeting, [other, read.bytes]);
      return proof;
    }
    return fork;
  }

  async function provenBefore(): Promise<Refusal | null> {
    for (const [one, other] of await store.equivocations(meeting)) {
      const proof = await equivocation(one, other);
      if (proof) return proof;
    }
    return null;
  }

  async function equivocation(one: Bytes, other: Bytes): Promise<Refusal | null> {
    const proof = await proveEquivocation(sheet, one, other);
    return proof instanceof Refusal ? null : new Refusal('log.equivocation', `${proof.root} at ${proof.seq}`);
  }
};
