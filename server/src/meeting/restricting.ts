import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { type State, signAct } from '@parley/protocol/log';
import type { PeerRequest } from '@parley/protocol/wire';
import type { FastifyBaseLogger } from 'fastify';
import { evenUnkept } from '../store/failure.ts';
import type { Direct } from './direct.ts';
import type { Link } from './links.ts';
import type { RecordOptions } from './record.ts';
import type { Serial } from './serial.ts';

/** How restrictions travel: they act at once, are told to every node until the log holds them, and given to the host. */
export type Restricting = {
  /** Takes one that came from the node of `from` (root in hex); called from the meeting's queue. */
  readonly take: (given: Bytes, from: string) => Promise<Refusal | null>;
  /** Takes one of this node's own delegation, tells every node, and gives it to the host. */
  readonly everywhere: (given: Bytes) => Promise<Refusal | null>;
  /** The log has moved: what came early may act by now. */
  readonly moved: () => Promise<void>;
  /** A counterpart has been heard of: it may have missed what the log does not hold yet. */
  readonly again: (root: string) => void;
  /** Gives up an own device that has gone for good. */
  readonly giveUp: (seating: number) => Promise<void>;
  /** After a start; and once this node may sign, which a host waits for. */
  readonly begin: () => void;
  readonly synced: () => void;
};

export type RestrictingNeeds = Pick<RecordOptions, 'own' | 'sheet' | 'clock'> & {
  readonly direct: Direct;
  readonly state: () => State;
  readonly logger: FastifyBaseLogger;
  readonly hosting: boolean;
  readonly links: () => readonly Link[];
  /** Why nothing goes on; null while it does. */
  readonly stopped: () => Refusal | null;
  /** True once the meeting's node has stopped: the store may be closed. */
  readonly hasEnded: () => boolean;
  /** Runs a step in the meeting's queue. */
  readonly run: Serial;
  /** Tells the devices here that one acts. */
  readonly tell: (given: Bytes) => void;
  /** Who stands may have changed. */
  readonly refresh: () => Promise<void>;
  /** Asks the counterparts for entries. */
  readonly beat: () => void;
  readonly toHost: (given: Bytes) => Promise<Refusal | null>;
};

/** How long a host leaves it to others to give it a restriction that it holds. */
const ORDER_AFTER_MS = 1_000;

/** Codes with which a host takes a restriction later: it is given to it again. */
const LATER = new Set(['host.away', 'host.not-synced', 'peer.stale', 'act.ahead']);

/** Opens the way of a meeting's restrictions. */
export const restricting = (needs: RestrictingNeeds): Restricting => {
  const { own, direct, clock, hosting, toHost } = needs;
  const { meeting } = needs.sheet;
  const told = (act: Bytes): PeerRequest => ({ kind: 'restricted', meeting, act });

  /** Gives the host what it could not be given yet. */
  const resubmit = async (): Promise<void> => {
    if (needs.hasEnded()) return;
    for (const given of direct.waiting()) await toHost(given);
  };
  // Whoever gave it directly gives it to be ordered too; where that does not come, the host does without.
  const orderLate = (): void => {
    if (hosting) clock.after(ORDER_AFTER_MS, () => void evenUnkept(resubmit()));
  };

  const take = async (given: Bytes, from: string): Promise<Refusal | null> => {
    const stopped = needs.stopped();
    if (stopped) return stopped;
    const act = await direct.restrict(given, from);
    if (act instanceof Refusal) return act;
    if (act === null) return null;
    if (act === 'early') {
      needs.beat();
      return null;
    }
    needs.tell(given);
    await needs.refresh();
    orderLate();
    return null;
  };
  const everywhere = async (given: Bytes): Promise<Refusal | null> => {
    const refused = await needs.run(() => take(given, toHex(own.root)));
    if (refused) return refused;
    for (const link of needs.links()) void link.send(told(given));
    const refusal = await toHost(given);
    return refusal && !LATER.has(refusal.code) ? refusal : null;
  };

  return {
    take,
    everywhere,
    moved: async () => {
      const acting = await direct.moved();
      for (const act of acting) {
        needs.tell(act);
        for (const link of needs.links()) void link.send(told(act));
      }
      if (acting.length > 0) void evenUnkept(resubmit());
    },
    again: (root) => {
      const link = needs.links().find((one) => one.root === root);
      const waiting = direct.waiting();
      for (const act of waiting) void link?.send(told(act));
      if (waiting.length > 0 && (hosting || root === toHex(needs.sheet.host))) void evenUnkept(resubmit());
    },
    giveUp: async (seating) => {
      if (needs.hasEnded()) return;
      const { seq, head } = needs.state().head;
      const act = await signAct(own.signer, {
        meeting,
        by: { kind: 'node', root: own.root },
        n: 0,
        saw: { seq, head },
        action: { kind: 'lost', seating },
      });
      const refusal = await everywhere(act);
      if (refusal) needs.logger.warn({ code: refusal.code, seating }, 'a lost device could not be given up');
    },
    begin: () => {
      if (direct.waiting().length > 0) orderLate();
    },
    synced: () => {
      if (hosting) void evenUnkept(resubmit());
    },
  };
};
