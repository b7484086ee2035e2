import { Refusal } from '@parley/protocol/bytes';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { Clock } from '../clock.ts';
import { SaidRefusal } from '../doors/peer/client.ts';
import { serial } from './serial.ts';

/** The way to one counterpart's node. */
export type Link = {
  /** Root in hex. */
  readonly root: string;
  readonly reached: () => boolean;
  /** Whether the two clocks are apart, as far as is known: the counterpart says so, or this one has jumped. */
  readonly clocksApart: () => boolean;
  /** Takes note of what came of a question that was asked for several meetings. */
  readonly heard: (answer: PeerReply | Refusal) => void;
  /** Asks now, beside everything else. */
  readonly ask: (request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** Sends in order, after what was sent before; null where too much waits already. */
  readonly send: (request: PeerRequest) => Promise<PeerReply | Refusal>;
};

const MOST_WAITING = 512;
/** Refusals that say that nobody, or not the counterpart, answered. */
const AWAY = new Set(['peer.unreachable', 'peer.address', 'peer.refused', 'peer.stale']);
/** By how much a clock jumps before it is doubted: what a counterpart bears (PEER4). */
const JUMP_MS = 60_000;

/** Whether an answer is none of the counterpart's. */
export const isAway = (answer: PeerReply | Refusal): boolean =>
  answer instanceof Refusal && !(answer instanceof SaidRefusal) && AWAY.has(answer.code);

/** Wraps what asks a counterpart; `changed` hears when the counterpart is reached, and when it no longer is. */
export const link = (
  root: string,
  peer: (request: PeerRequest) => Promise<PeerReply | Refusal>,
  changed: (reached: boolean) => void,
  clock: Clock,
): Link => {
  const inOrder = serial();
  let reached = false;
  let stale = false;
  /** What this clock was ahead of the time that has gone by, when the counterpart was heard of. */
  let ahead = 0;
  const drift = (): number => clock.now() - clock.elapsed();
  let waiting = 0;
  const heard = (answer: PeerReply | Refusal): void => {
    const now = !isAway(answer);
    stale = answer instanceof Refusal && answer.code === 'peer.stale' && !now;
    if (now) ahead = drift();
    if (now === reached) return;
    reached = now;
    changed(now);
  };
  const ask = async (request: PeerRequest): Promise<PeerReply | Refusal> => {
    const answer = await peer(request);
    heard(answer);
    return answer;
  };
  return {
    root,
    reached: () => reached,
    clocksApart: () => (reached ? Math.abs(drift() - ahead) > JUMP_MS : stale),
    heard,
    ask,
    send: async (request) => {
      if (waiting >= MOST_WAITING) return new Refusal('peer.unreachable', 'too much waits');
      waiting += 1;
      try {
        return await inOrder(() => ask(request));
      } finally {
        waiting -= 1;
      }
    },
  };
};
