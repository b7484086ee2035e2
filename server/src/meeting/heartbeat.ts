import { type Bytes, Refusal } from '@parley/protocol/bytes';
import type { PeerReply } from '@parley/protocol/wire';
import { evenUnkept } from '../store/failure.ts';
import { isAway, type Link } from './links.ts';
import type { Rounds, Shared } from './rounds.ts';

/**
 * Asks every counterpart what came after the newest entry held here: at first, when something is missed, and whenever a
 * round says that something else is held there. So every gap is mended, and countersignatures come that were lost on
 * their way.
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
  readonly links: readonly Link[];
  readonly rounds: Rounds;
  /** What is held here (`heldHash`). */
  readonly held: () => Bytes;
  readonly head: () => number;
  /** Takes what came after `from`; the place after which to ask on, or null where there is no more. */
  readonly take: (root: string, from: number, reply: Extract<PeerReply, { kind: 'log' }>) => Promise<number | null>;
  readonly failed: (refusal: Refusal) => void;
  /** A counterpart has answered, and all that it said is taken. */
  readonly heard: (root: string) => void;
  /** Every counterpart has answered for the first time. */
  readonly synced: () => void;
};

/** Makes what asks; nothing is asked before `begin`. */
export const heartbeat = (options: HeartbeatOptions): Heartbeat => {
  const { meeting, links, rounds, held } = options;
  const silent = new Set(links);
  const asking = new Set<Link>();
  let leave: readonly (() => void)[] = [];
  let ended = false;
  let nowSynced = () => {};
  const synced = new Promise<void>((resolve) => {
    nowSynced = resolve;
  });

  const answered = (link: Link): void => {
    options.heard(link.root);
    if (!silent.delete(link) || silent.size > 0) return;
    nowSynced();
    options.synced();
  };
  // One part of the log after the other, until the counterpart has no more.
  const ask = async (link: Link): Promise<void> => {
    let from = options.head();
    for (;;) {
      const answer = await link.ask({ kind: 'since', meeting, seq: from });
      if (ended) return;
      if (answer instanceof Refusal) return options.failed(answer);
      if (answer.kind !== 'log') return;
      const heard = await options.take(link.root, from, answer);
      if (heard === null || heard <= from) return answered(link);
      from = heard;
    }
  };
  const look = async (link: Link): Promise<void> => {
    if (ended || asking.has(link)) return;
    asking.add(link);
    await evenUnkept(ask(link)); // what could not be kept is asked for again
    asking.delete(link);
  };
  const shared = (link: Link): Shared => ({
    meeting,
    held,
    heard: (answer, same) => {
      link.heard(answer);
      if (same) answered(link);
      else if (answer instanceof Refusal && isAway(answer)) options.failed(answer);
      else void look(link);
    },
  });
  if (links.length === 0) nowSynced();

  return {
    links,
    begin: () => {
      leave = links.map((link) => rounds.join(link.root, shared(link)));
      for (const link of links) void look(link);
    },
    beat: () => {
      for (const link of links) void look(link);
    },
    isSynced: () => silent.size === 0,
    synced: () => synced,
    stop: () => {
      ended = true;
      for (const end of leave) end();
    },
  };
};
