import { Refusal } from '@parley/protocol/bytes';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import { SaidRefusal } from '../doors/peer/client.ts';
import { serial } from './serial.ts';

/** The way to one counterpart's node. */
export type Link = {
  /** Root in hex. */
  readonly root: string;
  readonly reached: () => boolean;
  /** Asks now, beside everything else. */
  readonly ask: (request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** Sends in order, after what was sent before; null where too much waits already. */
  readonly send: (request: PeerRequest) => Promise<PeerReply | Refusal>;
};

const MOST_WAITING = 512;
/** Refusals that say that nobody, or not the counterpart, answered. */
const AWAY = new Set(['peer.unreachable', 'peer.address', 'peer.refused']);

/** Wraps what asks a counterpart; `changed` hears when the counterpart is reached, and when it no longer is. */
export const link = (
  root: string,
  peer: (request: PeerRequest) => Promise<PeerReply | Refusal>,
  changed: (reached: boolean) => void,
): Link => {
  const inOrder = serial();
  let reached = false;
  let waiting = 0;
  const ask = async (request: PeerRequest): Promise<PeerReply | Refusal> => {
    const answer = await peer(request);
    const now = answer instanceof SaidRefusal || !(answer instanceof Refusal && AWAY.has(answer.code));
    if (now !== reached) {
      reached = now;
      changed(now);
    }
    return answer;
  };
  return {
    root,
    reached: () => reached,
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
