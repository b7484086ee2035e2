import { type Bytes, decode, Refusal, toHex } from '@parley/protocol/bytes';
import { MESSAGE_LIMIT, type PeerReply, type PeerRequest, peerRequest } from '@parley/protocol/wire';
import type { Clock } from '../clock.ts';
import { SaidRefusal } from '../doors/peer/client.ts';
import type { ProposalStore, StoredErrand } from '../store/proposals.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** What a counterpart may answer differently later: what it does not know yet may be on its way. */
const LATER = new Set(['peer.unknown-meeting', 'identity.root-unknown', 'peer.too-many', 'node.broken']);

/** Sends errands, each until it is answered: also after a restart, and however long a counterpart is away. */
export type Outbox = {
  /** Looks for errands now; a counterpart that was away is tried anew. */
  readonly look: () => Promise<void>;
};

export const outbox = ({
  own,
  store,
  ask,
  clock,
  reinstated,
}: {
  /** One's own root. */
  readonly own: Bytes;
  readonly store: ProposalStore;
  readonly ask: (root: string, request: PeerRequest) => Promise<PeerReply | Refusal>;
  readonly clock: Clock;
  /** A meeting that was called off here stands again. */
  readonly reinstated: () => void;
}): Outbox => {
  const waits = new Map<string, { readonly until: number; readonly ms: number }>();
  const busy = new Set<string>();

  const deliver = async ({ id, request: bytes, until }: StoredErrand, root: string): Promise<'goes on' | 'waits'> => {
    const request = decode(peerRequest, bytes, MESSAGE_LIMIT);
    if (request instanceof Refusal || until <= clock.now()) {
      await store.settleErrand(id, request instanceof Refusal ? request.code : 'sheet.over');
      return 'goes on';
    }
    const answer = await ask(root, request);
    if (answer instanceof Refusal && !(answer instanceof SaidRefusal && !LATER.has(answer.code))) return 'waits';
    await store.settleErrand(id, answer instanceof Refusal ? answer.code : null);
    // Somebody sat there before the word came: it stands, here as well.
    if (request.kind === 'withdrawn' && answer instanceof Refusal && answer.code === 'sheet.begun') {
      await store.reinstateProposal(request.meeting, own);
      reinstated();
    }
    return 'goes on';
  };
  const inOrder = async (root: string, errands: readonly StoredErrand[]): Promise<void> => {
    const wait = waits.get(root);
    if (busy.has(root) || (wait && wait.until > clock.elapsed())) return;
    busy.add(root);
    try {
      for (const errand of errands) {
        if ((await deliver(errand, root)) === 'goes on') {
          waits.delete(root);
          continue;
        }
        const ms = Math.min((wait?.ms ?? FIRST_MS / 2) * 2, LONGEST_MS);
        waits.set(root, { until: clock.elapsed() + ms, ms });
        return;
      }
    } finally {
      busy.delete(root);
    }
  };

  return {
    look: async () => {
      const byRoot = Map.groupBy(
        (await store.errands()).filter(({ refused }) => refused === null),
        ({ root }) => toHex(root),
      );
      await Promise.all(Array.from(byRoot, ([root, errands]) => inOrder(root, errands)));
    },
  };
};
