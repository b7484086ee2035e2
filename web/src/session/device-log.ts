import { type Bytes, equal, Refusal } from '@parley/protocol/bytes';
import {
  type Act,
  append,
  headAt,
  judgeDirect,
  type Ledger,
  openEntry,
  openLedger,
  outweighs,
  type Sheet,
  stillEnds,
  take,
  type VerifiedEntry,
  verifyAct,
  verifyCountersignature,
  verifyEntry,
} from '@parley/protocol/log';
import { inOrder } from './in-order.ts';

/** What the log tells the rest of the session, in order. */
export type LogHears = {
  /** An entry was verified and added, or countersignatures settled more. */
  readonly moved: (ledger: Ledger, entry: VerifiedEntry | null) => void;
  /** Seatings that ended by a restriction which the log does not hold yet. */
  readonly restricted: (seatings: readonly number[], act: Act) => void;
  /** The log broke: everything stops. */
  readonly broke: (refusal: Refusal) => void;
  /** An entry is missing: the log must be fetched again. */
  readonly gap: () => void;
};

/** The meeting's log on this device: verified again here, entry by entry, whatever the node says. */
export type DeviceLog = {
  readonly ledger: () => Ledger;
  /** Seatings ended by restriction that the log does not hold yet. */
  readonly restricted: () => ReadonlySet<number>;
  readonly entry: (entry: Bytes, countersignatures: readonly Bytes[]) => void;
  readonly countersigned: (countersignature: Bytes) => void;
  readonly restrict: (act: Bytes) => void;
};

const AHEAD = 'act.ahead';
const MOST_EARLY = 64;

/** Opens the log of a sheet. `now` gives the node's time in ms. */
export const openDeviceLog = (sheet: Sheet, now: () => number, hears: LogHears): DeviceLog => {
  let ledger = openLedger(sheet);
  /** What ended each seating that the log still holds. */
  let ended: ReadonlyMap<number, Act> = new Map();
  /** All that came directly: judged again as the log moves, until it holds them. */
  let direct: readonly Act[] = [];
  let early: readonly Bytes[] = [];
  let broken = false;
  const queue = inOrder();
  // What a fault of our own leaves out is a gap, and fetched again.
  const next = (step: () => Promise<void>) =>
    queue(async () => {
      if (!broken) await step();
    });
  const broke = (refusal: Refusal) => {
    broken = true;
    hears.broke(refusal);
  };

  const end = (act: Act, seatings: readonly number[]) => {
    const news = seatings.filter((seating) => outweighs(act, ended.get(seating)));
    ended = new Map([...ended, ...news.map((seating) => [seating, act] as const)]);
  };

  const addEntry = async (bytes: Bytes) => {
    const entry = openEntry(bytes);
    if (entry instanceof Refusal) return broke(entry);
    // A node that comes back tells its log from the beginning.
    const held = headAt(ledger.state, entry.seq);
    if (held && equal(held, entry.head)) return;
    const verified = await verifyEntry(ledger.state, entry);
    if (verified instanceof Refusal) return verified.code === 'log.gap' ? hears.gap() : broke(verified);
    const next = append(ledger, verified);
    if (next instanceof Refusal) return broke(next);
    ledger = next;
    direct = direct.filter((act) => stillEnds(ledger.state, act));
    const before = ended;
    ended = new Map();
    for (const act of direct) end(act, stillEnds(ledger.state, act) ?? []);
    hears.moved(ledger, verified);
    // Somebody who was removed sat anew.
    for (const [seating, act] of ended) if (!before.has(seating)) hears.restricted([seating], act);
    const again = early;
    early = [];
    for (const restriction of again) await addRestriction(restriction);
  };

  const addCountersignature = async (bytes: Bytes) => {
    const verified = await verifyCountersignature(sheet, bytes);
    if (verified instanceof Refusal) return broke(verified);
    const next = take(ledger, verified);
    if (next instanceof Refusal) return next.code === 'log.ahead' ? hears.gap() : broke(next);
    if (next === ledger) return;
    ledger = next;
    hears.moved(ledger, null);
  };

  const addRestriction = async (bytes: Bytes) => {
    const act = await verifyAct(ledger.state, bytes, now());
    const ends = act instanceof Refusal ? act : judgeDirect(ledger.state, act);
    if (act instanceof Refusal || ends instanceof Refusal) {
      // Ahead of the log that is held here: it is judged again when that moves. Else nobody's word, or done already.
      if (ends instanceof Refusal && ends.code === AHEAD) early = [...early, bytes].slice(-MOST_EARLY);
      return;
    }
    const news = ends.filter((seating) => outweighs(act, ended.get(seating)));
    if (news.length === 0) return;
    direct = [...direct, act];
    end(act, news);
    hears.restricted(news, act);
  };

  return {
    ledger: () => ledger,
    restricted: () => new Set(ended.keys()),
    entry: (entry, countersignatures) =>
      next(async () => {
        await addEntry(entry);
        for (const one of countersignatures) if (!broken) await addCountersignature(one);
      }),
    countersigned: (one) => next(() => addCountersignature(one)),
    restrict: (act) => next(() => addRestriction(act)),
  };
};
