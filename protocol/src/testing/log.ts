import { type Bytes, Refusal, toHex } from '../bytes/index.ts';
import {
  type Action,
  type Countersignature,
  countersign,
  type Entry,
  type Ledger,
  openLedger,
  type State,
  signAct,
  take,
  type VerifiedEntry,
  verifyCountersignature,
} from '../log/index.ts';
import { order } from '../meeting/index.ts';
import type { TestDelegation } from './delegation.ts';
import { seedOf } from './keys.ts';
import type { TestDelegate, TestMeeting } from './meeting.ts';

/** What an act says besides its action, where a test wants it otherwise. */
export type ActWish = { readonly n?: number; readonly saw?: { readonly seq: number; readonly head: Bytes } };

let numbers = 0;
/** A number greater than every one before: acts of tests never meet by accident. */
export const nextNumber = (): number => {
  numbers += 1;
  return numbers;
};

/** An act of a delegate, signed by its device, that saw the head of a state. */
export const actOf = (state: State, who: TestDelegate, action: Action, wish: ActWish = {}): Promise<Bytes> =>
  signAct(who.device, {
    meeting: state.sheet.meeting,
    by: { kind: 'device', mandate: who.mandate },
    n: wish.n ?? nextNumber(),
    saw: wish.saw ?? state.head,
    action,
  });

/** An act of a delegation's node, that saw the head of a state. */
export const nodeActOf = (state: State, who: TestDelegation, action: Action, wish: ActWish = {}): Promise<Bytes> =>
  signAct(who.issuing, {
    meeting: state.sheet.meeting,
    by: { kind: 'node', root: who.id },
    n: wish.n ?? nextNumber(),
    saw: wish.saw ?? state.head,
    action,
  });

/** A request to sit; `fresh` tells its frame key and KeyPackage from those of other requests. */
export const sitAction = (who: TestDelegate, fresh: string): Action => ({
  kind: 'sit',
  chain: who.chain,
  keyPackage: seedOf(`key package ${fresh}`),
  frameKey: seedOf(`frame key ${fresh}`),
  takesOver: false,
});

/** A log that the host orders and all delegations countersign, in one place. Throws where a refusal comes. */
export type TestLog = {
  readonly meeting: TestMeeting;
  ledger: Ledger;
  now: number;
  readonly entries: VerifiedEntry[];
  readonly countersignatures: Countersignature[];
};

/** An empty log. */
export const testLog = (meeting: TestMeeting): TestLog => ({
  meeting,
  ledger: openLedger(meeting.sheet),
  now: meeting.at,
  entries: [],
  countersignatures: [],
});

/** What is no refusal; throws a refusal's code. */
export const granted = <T>(value: T | Refusal): T => {
  if (value instanceof Refusal) throw new Error(`${value.code}: ${value.detail}`);
  return value;
};

/** Orders an act, a second after the last, without a countersignature. */
export const place = async (log: TestLog, act: Bytes): Promise<VerifiedEntry> => {
  log.now += 1_000;
  const { ledger, verified } = granted(await order(log.ledger, act, log.now));
  log.ledger = ledger;
  log.entries.push(verified);
  return verified;
};

/** Countersigns an entry by delegations (all of them unless told), and takes it. */
export const agree = async (
  log: TestLog,
  { entry }: { readonly entry: Entry },
  by: readonly TestDelegation[] = log.meeting.delegations,
): Promise<void> => {
  for (const { id, issuing } of by) {
    const signed = await countersign({ root: id, signer: issuing, serial: 0 }, entry);
    const given = granted(await verifyCountersignature(log.meeting.sheet, signed));
    log.countersignatures.push(given);
    log.ledger = granted(take(log.ledger, given));
  }
};

/** Orders an act and has every delegation countersign it. */
export const settle = async (log: TestLog, act: Bytes): Promise<VerifiedEntry> => {
  const verified = await place(log, act);
  await agree(log, verified);
  return verified;
};

/** Seats a delegate, settled; gives the seating's number. */
export const seat = async (
  log: TestLog,
  who: TestDelegate,
  fresh = `${who.seat.id} ${nextNumber()}`,
): Promise<number> => {
  const { entry } = await settle(log, await actOf(log.ledger.state, who, sitAction(who, fresh)));
  return entry.seq;
};

/** A log in which the delegates named sit; `delegates` by seat. */
export const seatedLog = async (
  meeting: TestMeeting,
  delegates: readonly TestDelegate[],
): Promise<{ readonly log: TestLog; readonly seatings: ReadonlyMap<string, number> }> => {
  const log = testLog(meeting);
  const seatings = new Map<string, number>();
  for (const who of delegates) seatings.set(who.seat.id, await seat(log, who));
  return { log, seatings };
};

/** The delegation of a root, in hexadecimal. */
export const delegationOf = (meeting: TestMeeting, root: string): TestDelegation => {
  const found = meeting.delegations.find(({ id }) => toHex(id) === root);
  if (!found) throw new Error(`no delegation ${root}`);
  return found;
};
