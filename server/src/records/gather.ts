import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import type { Pins, RootKeys } from '@parley/protocol/identity';
import {
  judgeDirect,
  type RecordContent,
  take,
  verifyAct,
  verifyCountersignature,
  verifyLog,
  verifySheet,
} from '@parley/protocol/log';
import type { Store } from '../store/store.ts';

const PART = 256;

/**
 * All that a store holds of a meeting's log, as it goes into a record at a time (ms). Refuses what `verifySheet` and
 * `verifyLog` refuse: a record that would not stand is not made.
 */
export const gather = async (
  store: Store,
  pins: Pins,
  { meeting, sheet }: { readonly meeting: Bytes; readonly sheet: Bytes },
  at: number,
): Promise<RecordContent | Refusal> => {
  const plan = await verifySheet(pins, sheet);
  if (plan instanceof Refusal) return plan;
  const entries: Bytes[] = [];
  for (let more = true; more; ) {
    const part = await store.entriesAfter(meeting, entries.length, PART);
    entries.push(...part.map(({ bytes }) => bytes));
    more = part.length === PART;
  }
  const alone = await verifyLog(pins, { sheet, entries, countersignatures: [] });
  if (alone instanceof Refusal) return alone;

  // What belongs to a log that is not this one stands among the equivocations.
  let ledger = alone;
  const countersignatures: Bytes[] = [];
  for (const bytes of await store.newestCountersignatures(meeting)) {
    const word = await verifyCountersignature(plan, bytes);
    const next = word instanceof Refusal ? word : take(ledger, word);
    if (next instanceof Refusal) continue;
    ledger = next;
    countersignatures.push(bytes);
  }
  const restrictions: Bytes[] = [];
  for (const bytes of await store.restrictions(meeting)) {
    const act = await verifyAct(ledger.state, bytes, at);
    if (!(act instanceof Refusal) && !(judgeDirect(ledger.state, act) instanceof Refusal)) restrictions.push(bytes);
  }
  const equivocations = (await store.equivocations(meeting)).map((pair) => [...pair]);
  const roots = plan.delegations.flatMap(({ root }): RootKeys[] => {
    const keys = plan.roots.get(toHex(root));
    return keys ? [keys] : [];
  });
  return { v: 1, at, roots, sheet, entries, countersignatures, restrictions, equivocations };
};
