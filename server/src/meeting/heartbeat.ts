import { type Bytes, Refusal } from '@parley/protocol/bytes';
import type { PeerReply } from '@parley/protocol/wire';
import type { Clock } from '../clock.ts';
import { evenUnkept } from '../store/failure.ts';
import type { Link } from './links.ts';

/**
 * Asks every counterpart, again and again, what came after the newest entry held here. So one question says whether
 * the counterpart is reached, mends every gap, and brings countersignatures that were lost on their way.
 */
export type Heartbeat = {
  readonly links: readonly Link[];
  readonly begin: () => void;
  /** Asks now. */
  readonly beat: () => void;
  /** Whether every counterpart has answered once since this node began. */
  readonly isSynced: () => boolean;
  readonly synced: () => Promise<void>;
  readonly stop: () => void;
};

export type HeartbeatOptions = {
  readonly meeting: Bytes;
  readonly clock: Clock;
  readonly links: readonly Link[];
  readonly head: () => number;
  /** Takes what came after `from`; the place after which to ask on, or null where there is no more. */
  readonly take: (root: string, from: number, reply: Extract<PeerReply, { kind: 'log' }>) => Promise<number | null>;
  readonly failed: (refusal: Refusal) => void;
  /** A counterpart has answered, and all that it said is taken. */
  readonly heard: (root: string) => void;
  /** Every counterpart has answered for the first time. */
  readonly synced: () => void;
};

const REACHED_MS = 2_000;
const AWAY_MS = 250;

/** Makes what asks; nothing is asked before `begin`. */
export const heartbeat = (options: HeartbeatOptions): Heartbeat => {
  const { meeting, clock, links } = options;
  const silent = new Set(links);
  const wakers = new Map<Link, () => void>();
  let ended = false;
  let nowSynced = () => {};
  const synced = new Promise<void>((resolve) => {
    nowSynced = resolve;
  });

  // One part of the log after the other, until the counterpart has no more.
  const ask = async (link: Link): Promise<void> => {
    let from = options.head();
    for (;;) {
      const answer = await link.ask({ kind: 'since', meeting, seq: from });
      if (ended) return;
      if (answer instanceof Refusal) return options.failed(answer);
      if (answer.kind !== 'log') return;
      const heard = await options.take(link.root, from, answer);
      if (heard !== null && heard > from) {
        from = heard;
        continue;
      }
      options.heard(link.root);
      if (silent.delete(link) && silent.size === 0) {
        nowSynced();
        options.synced();
      }
      return;
    }
  };
  const loop = async (link: Link): Promise<void> => {
    while (!ended) {
      await evenUnkept(ask(link)); // what could not be kept is asked for again
      await new Promise<void>((resolve) => {
        const cancel = clock.after(link.reached() ? REACHED_MS : AWAY_MS, resolve);
        wakers.set(link, () => {
          cancel();
          resolve();
        });
      });
    }
  };
  if (links.length === 0) nowSynced();

  return {
    links,
    begin: () => {
      for (const link of links) void loop(link);
    },
    beat: () => {
      for (const wake of wakers.values()) wake();
    },
    isSynced: () => silent.size === 0,
    synced: () => synced,
    stop: () => {
      ended = true;
      for (const wake of wakers.values()) wake();
    },
  };
};
