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
  const added: VerifiedEntry[] = [];
  const read = await readOn(ledger, entries, countersignatures, (entry) => added.push(entry));
  return read instanceof Refusal ? read : { ...read, entries: added };
};

const readOn = async (
  ledger: Ledger,
  entries: readonly Bytes[],
  countersignatures: readonly Bytes[],
  keep: (entry: VerifiedEntry, ledger: Ledger) => void,
): Promise<Omit<Followed, 'entries'> | Refusal> => {
  const checks = openChecks();
  let now = ledger;
  let given = 0;
  let word: ClaimedCountersignature | null = null;
  // Each waits, and those after it, until the log has come to its place: in which order they come does not matter.
  const takeWords = (): Refusal | null => {
    for (; given < countersignatures.length; given += 1, word = null) {
      const claimed: ClaimedCountersignature | Refusal =
        word ?? claimCountersignature(ledger.state.sheet, countersignatures[given] ?? new Uint8Array());
      if (claimed instanceof Refusal) return claimed;
      word = claimed;
      if (word.countersignature.seq > now.state.head.seq) return null;
      checks.start([word.check]); // before it is taken: a forged word of a fork is forged, not a fork
      const next = take(now, word.countersignature);
      if (next instanceof Refusal) return next;
      now = next;
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
    keep(read.verified, now);
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
  // What runs ahead is not taken, but it is not passed on unverified either; what came after it may be taken.
  const ahead: Countersignature[] = [];
  for (const bytes of countersignatures.slice(given)) {
    const claimed = claimCountersignature(ledger.state.sheet, bytes);
    if (claimed instanceof Refusal) return (await checks.finish()) ?? claimed;
    checks.start([claimed.check]);
    const next = take(now, claimed.countersignature);
    if (!(next instanceof Refusal)) now = next;
    else if (next.code === 'log.ahead') ahead.push(claimed.countersignature);
    else return (await checks.finish()) ?? next;
  }
  return (await checks.finish()) ?? { ledger: now, ahead };
};

const readEntry = (ledger: Ledger, bytes: Bytes) => {
  const entry = openEntry(bytes);
  return entry instanceof Refusal ? entry : claimEntry(ledger.state, entry);
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
 * it settled is for the reader to judge. `told` hears of each entry with the ledger after it, before all of it stood.
 */
export const verifyLog = async (
  pins: Pins,
  record: LogRecord,
  // Entries are not kept: their bytes are the record.
  told: (entry: VerifiedEntry, ledger: Ledger) => void = () => undefined,
): Promise<Ledger | Refusal> => {
  const sheet = await verifySheet(pins, record.sheet);
  if (sheet instanceof Refusal) return sheet;
  const read = await readOn(openLedger(sheet), record.entries, record.countersignatures, told);
  if (read instanceof Refusal) return read;
  const [ahead] = read.ahead;
  return ahead ? new Refusal('log.ahead', `${ahead.seq}`) : read.ledger;
};
