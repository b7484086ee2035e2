import {
  type Bytes,
  bytes,
  bytesUpTo,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  list,
  Refusal,
  record,
  type Signer,
  sign,
  toHex,
  uint,
  verify,
  within,
} from '../bytes/index.ts';
import { fingerprint, type Pins, type RootKeys, rootKeys, verifyCertificate } from '../identity/index.ts';
import { type Act, type Action, verifyAct } from './act.ts';
import { claimCountersignature, openEntry, verifyEntry } from './entry.ts';
import { judgeDirect } from './judge.ts';
import { append, type Equivocation, type Ledger, openLedger, proveEquivocation, take } from './ledger.ts';
import { type Sheet, verifySheet } from './sheet.ts';
import type { Seating } from './state.ts';
import { verifyLog } from './verify.ts';

/** Most bytes of a record, and of what its exporter signs: 256 MiB. */
export const RECORD_LIMIT = 268_435_456;
const MANY = 1_048_576;

const content = record({
  v: exactly(1),
  at: uint(),
  roots: list(rootKeys, 8, 2),
  sheet: within(131_072),
  entries: list(within(16_384), MANY),
  countersignatures: list(within(512), MANY),
  restrictions: list(within(12_480), 4_096),
  equivocations: list(list(within(512), 2, 2), 64),
});

/** All that a node holds of a meeting's log, in ms since 1970 (`at`); roots in the order of the sheet's delegations. */
export type RecordContent = Decoded<typeof content>;

const signedRecord = record({
  body: within(RECORD_LIMIT),
  root: bytes(32),
  certificate: bytesUpTo(4096),
  sig: bytes(64),
});

/** Signs a record as the node that exports it: nobody else can cut it without being seen. */
export const signRecord = async (
  given: RecordContent,
  by: { readonly root: Bytes; readonly certificate: Bytes; readonly signer: Signer },
): Promise<Bytes> => {
  const body = encode(given);
  return encode({ body, root: by.root, certificate: by.certificate, sig: await sign(by.signer, 'record', body) });
};

/** Somebody's time at the table, by the host's clock, in ms. */
export type Sitting = {
  readonly seating: Seating;
  readonly from: number;
  /** When it ended, and by which kind of act (`sit`: the same seat was taken anew); null where it did not. */
  readonly ended: { readonly at: number; readonly by: Action['kind'] } | null;
};

/** A record that stands. */
export type VerifiedRecord = {
  readonly sheet: Sheet;
  readonly ledger: Ledger;
  /** All who sat, in the order in which they were admitted. */
  readonly sittings: readonly Sitting[];
  /** Restrictions that acted, and that the log does not hold. */
  readonly restrictions: readonly Act[];
  /** Who signed two logs. */
  readonly equivocations: readonly Equivocation[];
  /** Root of the delegation whose node exported it, and when by its own clock, in ms. */
  readonly exporter: string;
  readonly at: number;
};

/** Why a record does not stand, and at which place of its log; null where it is the whole. */
export type RecordFault = { readonly refusal: Refusal; readonly place: number | null };

/**
 * Verifies a record offline, whenever that is. Without `pins` the roots are the record's own: what it proves, it proves
 * of whoever holds these. At fault (RECORD2 to RECORD5): what `decode`, `verifySheet`, `verifyLog`, `verifyAct`,
 * `judgeDirect` and `proveEquivocation` refuse, `record.roots` and `record.forged`.
 */
export const verifyRecord = async (given: Bytes, pins: Pins | null): Promise<VerifiedRecord | RecordFault> => {
  const outer = decode(signedRecord, given, RECORD_LIMIT);
  if (outer instanceof Refusal) return whole(outer);
  const held = decode(content, outer.body, RECORD_LIMIT);
  if (held instanceof Refusal) return whole(held);
  const own = new Map(held.roots.map((keys): [string, RootKeys] => [toHex(fingerprint(keys)), keys]));
  const trusted = pins ?? own;

  const sheet = await verifySheet(trusted, held.sheet);
  if (sheet instanceof Refusal) return whole(sheet);
  const named = sheet.delegations.map(({ root }) => toHex(root));
  if ([...own.keys()].join() !== named.join()) return whole(new Refusal('record.roots', [...own.keys()].join(' ')));
  const log = { sheet: held.sheet, entries: held.entries, countersignatures: held.countersignatures };
  const sittings = new Map<number, Sitting>();
  const living = new Set<number>();
  const ledger = await verifyLog(trusted, log, ({ entry, act }, { state }) => {
    for (const id of living) {
      const sitting = sittings.get(id);
      if (!sitting || state.seatings.has(id)) continue;
      sittings.set(id, { ...sitting, ended: { at: entry.time, by: act.action.kind } });
      living.delete(id);
    }
    const seating = state.seatings.get(entry.seq);
    if (!seating) return;
    sittings.set(entry.seq, { seating, from: entry.time, ended: null });
    living.add(entry.seq);
  });
  if (ledger instanceof Refusal) return locate(sheet, held, ledger);
  const { seq } = ledger.state.head;
  if (seq !== held.entries.length) return locate(sheet, held, new Refusal('log.replay', `${seq}`));

  const restrictions: Act[] = [];
  for (const bytes of held.restrictions) {
    const act = await verifyAct(ledger.state, bytes, held.at);
    const refused = act instanceof Refusal ? act : judgeDirect(ledger.state, act);
    if (refused instanceof Refusal) return whole(refused);
    if (!(act instanceof Refusal)) restrictions.push(act);
  }
  const equivocations: Equivocation[] = [];
  for (const [first = new Uint8Array(), second = new Uint8Array()] of held.equivocations) {
    const proven = await proveEquivocation(sheet, first, second);
    if (proven instanceof Refusal) return whole(proven);
    equivocations.push(proven);
  }

  const exporter = toHex(outer.root);
  const issuer = await verifyCertificate(trusted, outer.certificate, held.at);
  if (issuer instanceof Refusal) return whole(issuer);
  const stands =
    named.includes(exporter) &&
    equal(issuer.root, outer.root) &&
    (await verify(issuer.key, 'record', outer.body, outer.sig));
  if (!stands) return whole(new Refusal('record.forged', exporter));
  return { sheet, ledger, sittings: [...sittings.values()], restrictions, equivocations, exporter, at: held.at };
};

const whole = (refusal: Refusal): RecordFault => ({ refusal, place: null });

/** Goes through a log that does not stand, one entry after the other, up to where it breaks. */
const locate = async (sheet: Sheet, held: RecordContent, refusal: Refusal): Promise<RecordFault> => {
  let ledger = openLedger(sheet);
  for (const [n, bytes] of held.entries.entries()) {
    const place = n + 1;
    const entry = openEntry(bytes);
    if (entry instanceof Refusal) return { refusal: entry, place };
    const verified = await verifyEntry(ledger.state, entry);
    if (verified instanceof Refusal) return { refusal: verified, place };
    const next = append(ledger, verified);
    if (next instanceof Refusal) return { refusal: next, place };
    ledger = next;
  }
  for (const bytes of held.countersignatures) {
    const claimed = claimCountersignature(sheet, bytes);
    if (claimed instanceof Refusal) return whole(claimed);
    const { countersignature, check } = claimed;
    const next = (await check()) ?? take(ledger, countersignature);
    if (next instanceof Refusal) return { refusal: next, place: countersignature.seq };
    ledger = next;
  }
  return whole(refusal);
};
