import { type Bytes, Refusal } from '../bytes/index.ts';
import type { Pins } from '../identity/index.ts';
import { openChecks } from './checks.ts';
import {
  type ClaimedCountersignature,
  type Countersignature,
  claimCountersignature,
  claimEntry,
  openEntry,
  type VerifiedEntry,
} from './entry.ts';
import { append, type Ledger, openLedger, take } from './ledger.ts';
import { verifySheet } from './sheet.ts';

/** A ledger with what was added to it, and countersignatures of entries that are still to come. */
export type Followed = {
  readonly ledger: Ledger;
  readonly entries: readonly VerifiedEntry[];
  readonly ahead: readonly Countersignature[];
};

/**
 * Verifies a part of a log and adds it: entries in their order, and countersignatures in any. Entries that are held
 * already are passed over. Refuses what `verifyEntry`, `append` and `take` refuse, at the first entry at which they
 * would; but signatures are checked while the entries after them are being read. Nothing is returned before all of
 * it stood.
 */
export const follow = async (
  ledger: Ledger,
  entries: readonly Bytes[],
  countersignatures: readonly Bytes[],
): Promise<Followed | Refusal> => {
  const words = readWords(ledger, countersignatures);
  if (words instanceof Refusal) return words;
  const checks = openChecks();
  const added: VerifiedEntry[] = [];
  let now = ledger;
  let taken = 0;
  const takeWords = (): Refusal | null => {
    for (let word = words[taken]; word && word.countersignature.seq <= now.state.head.seq; word = words[taken]) {
      const next = take(now, word.countersignature);
      if (next instanceof Refusal) return next;
      checks.start([word.check]);
      now = next;
      taken += 1;
    }
    return null;
  };
  const addEntry = (bytes: Bytes): Refusal | null => {
    const read = readEntry(now, bytes);
    if (read instanceof Refusal) return read.code === 'log.replay' ? null : read;
    checks.start(read.checks);
    const next = append(now, read.verified);
    if (next instanceof Refusal) return next;
    now = next;
    added.push(read.verified);
    return null;
  };
  for (const bytes of entries) {
    const refused = addEntry(bytes) ?? takeWords();
    if (refused) return (await checks.finish()) ?? refused;
    const forged = await checks.room();
    if (forged) return forged;
  }
  const refused = takeWords();
  if (refused) return (await checks.finish()) ?? refused;
  // What runs ahead is not taken yet, but it is not passed on unverified either.
  const ahead = words.slice(taken);
  checks.start(ahead.map((word) => word.check));
  return (await checks.finish()) ?? { ledger: now, entries: added, ahead: ahead.map((word) => word.countersignature) };
};

const readEntry = (ledger: Ledger, bytes: Bytes) => {
  const entry = openEntry(bytes);
  return entry instanceof Refusal ? entry : claimEntry(ledger.state, entry);
};

/** Countersignatures by rising place. */
const readWords = (ledger: Ledger, given: readonly Bytes[]): readonly ClaimedCountersignature[] | Refusal => {
  const words: ClaimedCountersignature[] = [];
  for (const bytes of given) {
    const claimed = claimCountersignature(ledger.state.sheet, bytes);
    if (claimed instanceof Refusal) return claimed;
    words.push(claimed);
  }
  return words.sort((a, b) => a.countersignature.seq - b.countersignature.seq);
};

/** A whole log, as it is exported. */
export type LogRecord = {
  readonly sheet: Bytes;
  readonly entries: readonly Bytes[];
  readonly countersignatures: readonly Bytes[];
};

/**
 * Verifies a whole log offline under pinned roots, whenever that is: no clock is asked. Refuses what `verifySheet`
 * and `follow` refuse, and `log.ahead` where countersignatures are of entries that it does not hold. How far
 * it settled is for the reader to judge.
 */
export const verifyLog = async (pins: Pins, record: LogRecord): Promise<Followed | Refusal> => {
  const sheet = await verifySheet(pins, record.sheet);
  if (sheet instanceof Refusal) return sheet;
  const followed = await follow(openLedger(sheet), record.entries, record.countersignatures);
  if (followed instanceof Refusal) return followed;
  const [ahead] = followed.ahead;
  return ahead ? new Refusal('log.ahead', `${ahead.seq}`) : followed;
};
