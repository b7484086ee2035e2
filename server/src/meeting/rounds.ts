import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { MEETINGS, type PeerReply, type PeerRequest } from '@parley/protocol/wire';
import type { Clock } from '../clock.ts';
import { isAway } from './links.ts';

/** What one meeting shares with one counterpart. */
export type Shared = {
  readonly meeting: Bytes;
  /** What is held of it here (`heldHash`). */
  readonly held: () => Bytes;
  /** The counterpart, when it was asked: `same`, it holds just that. */
  readonly heard: (answer: PeerReply | Refusal, same: boolean) => void;
};

/** Asks each counterpart, again and again, in which of all meetings that are shared with it something else is held. */
export type Rounds = {
  /** Takes part with a meeting from the next question to a counterpart (root in hex) on; what is returned ends that. */
  readonly join: (root: string, shared: Shared) => () => void;
};

const REACHED_MS = 2_000;
const AWAY_MS = 250;

/** One question to a counterpart costs the same for one meeting as for a thousand. */
export const openRounds = (
  clock: Clock,
  ask: (root: string, request: PeerRequest) => Promise<PeerReply | Refusal>,
): Rounds => {
  const all = new Map<string, Set<Shared>>();

  const askOf = async (root: string, some: readonly Shared[]): Promise<boolean> => {
    const meetings = some.map(({ meeting, held }) => ({ meeting, held: held() }));
    const answer = await ask(root, { kind: 'held', meetings });
    // Whoever answers anything else is asked about each by itself.
    const others = answer instanceof Refusal || answer.kind !== 'other' ? null : new Set(answer.meetings.map(toHex));
    for (const shared of some)
      if (all.get(root)?.has(shared)) shared.heard(answer, others !== null && !others.has(toHex(shared.meeting)));
    return !isAway(answer);
  };
  const loop = async (root: string, members: ReadonlySet<Shared>): Promise<void> => {
    let reached = false;
    for (;;) {
      await new Promise<void>((resolve) => clock.after(reached ? REACHED_MS : AWAY_MS, resolve));
      if (members.size === 0) {
        all.delete(root);
        return;
      }
      const now = [...members];
      for (let at = 0; at < now.length; at += MEETINGS) reached = await askOf(root, now.slice(at, at + MEETINGS));
    }
  };

  return {
    join: (root, shared) => {
      let members = all.get(root);
      if (!members) {
        members = new Set();
        all.set(root, members);
        void loop(root, members);
      }
      members.add(shared);
      return () => {
        members.delete(shared);
      };
    },
  };
};
