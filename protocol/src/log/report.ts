import { toHex } from '../bytes/index.ts';
import type { RecordFault, VerifiedRecord } from './record.ts';
import type { Recorded } from './sheet.ts';

/** What a record proves, for a machine to read. Times in ISO 8601, UTC, by the host's clock unless said. */
export type RecordReport =
  | {
      readonly verdict: 'stands';
      /** False where countersignatures are missing, a restriction is not in the log, or somebody signed two logs. */
      readonly whole: boolean;
      readonly meeting: {
        readonly id: string;
        readonly title: string;
        readonly from: string;
        readonly until: string;
        /** The time zone in which it was planned. */
        readonly zone: string;
        /** What the delegations agreed to keep. */
        readonly record: Recorded;
      };
      readonly delegations: readonly {
        readonly name: string;
        readonly root: string;
        readonly host: boolean;
        /** The newest entry that it countersigned, and all before it; 0: none. */
        readonly signedTo: number;
      }[];
      readonly exported: { readonly by: string; readonly at: string };
      /** When every delegation was done with the meeting; null where that is not recorded. */
      readonly closed: string | null;
      readonly entries: { readonly count: number; readonly settled: number; readonly newest: string | null };
      readonly sittings: readonly {
        readonly seat: string;
        readonly name: string;
        readonly function: string;
        readonly delegation: string;
        /** Whether the call sheet names them; whom it does not, every chair let in. */
        readonly named: boolean;
        readonly from: string;
        readonly until: string | null;
        readonly ended: string | null;
      }[];
      /** Restrictions that acted and that the host never ordered: by whom, and what. */
      readonly unordered: readonly { readonly by: string; readonly kind: string }[];
      /** Who signed two logs, and at which place. */
      readonly twoLogs: readonly { readonly delegation: string; readonly entry: number }[];
    }
  | {
      readonly verdict: 'refused';
      readonly code: string;
      readonly detail: string;
      /** The entry at which it breaks; null where the file as a whole does not stand. */
      readonly entry: number | null;
    };

const iso = (ms: number): string => new Date(ms).toISOString();

/** What verifying a record gave, for a machine to read. */
export const reportOf = (found: VerifiedRecord | RecordFault): RecordReport => {
  if ('refusal' in found) {
    const { code, detail } = found.refusal;
    return { verdict: 'refused', code, detail, entry: found.place };
  }
  const { sheet, ledger, sittings, restrictions, equivocations } = found;
  const { state, settled, tally } = ledger;
  const names = new Map(sheet.delegations.map(({ root, name }) => [toHex(root), name]));
  const nameOf = (root: string): string => names.get(root) ?? root;
  const whole = settled.head.seq === state.head.seq && restrictions.length === 0 && equivocations.length === 0;
  return {
    verdict: 'stands',
    whole,
    meeting: {
      id: toHex(sheet.meeting),
      title: sheet.title,
      from: iso(sheet.from),
      until: iso(sheet.until),
      zone: sheet.zone,
      record: sheet.record,
    },
    delegations: [...names].map(([root, name]) => ({
      name,
      root,
      host: root === toHex(sheet.host),
      signedTo: tally.get(root)?.seq ?? 0,
    })),
    // Nothing follows the end: it is the newest entry.
    closed: state.closed > 0 ? iso(state.time) : null,
    exported: { by: nameOf(found.exporter), at: iso(found.at) },
    entries: {
      count: state.head.seq,
      settled: settled.head.seq,
      newest: state.head.seq === 0 ? null : iso(state.time),
    },
    sittings: sittings.map(({ seating, from, ended }) => ({
      seat: seating.seat.id,
      name: seating.seat.name,
      function: seating.seat.function,
      delegation: nameOf(seating.root),
      named: sheet.seats.some(({ id }) => id === seating.seat.id),
      from: iso(from),
      until: ended ? iso(ended.at) : null,
      ended: ended?.by ?? null,
    })),
    unordered: restrictions.map(({ root, action }) => ({ by: nameOf(root), kind: action.kind })),
    twoLogs: equivocations.map(({ root, seq }) => ({ delegation: nameOf(root), entry: seq })),
  };
};
