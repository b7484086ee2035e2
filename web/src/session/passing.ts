import { type Bytes, Refusal, type Signer } from '@parley/protocol/bytes';
import { type Message, type Passing, type Seating, type State, signMessage, verifyMessage } from '@parley/protocol/log';
import { inOrder } from './in-order.ts';

/** Signed messages that pass quickly between seats, and are never entries. */
export type PassingMessages = {
  /** Signs and sends one; the newest of each kind is sent again to whoever comes later by the node. */
  readonly say: (passing: Passing) => void;
  /** The node is there again: says the newest of each kind once more, which may have died with it. */
  readonly again: () => void;
  /** Verifies one that came, by the log as it stands then; those of a seat that is not known yet wait for it. */
  readonly hear: (given: Bytes) => void;
  /** The log moved: what waited for a seat is looked at again, before all that came after it. */
  readonly moved: (state: State) => void;
};

const MOST_WAITING = 64;

/** Opens the passing messages of one seating. */
export const openPassing = (with_: {
  readonly device: Signer;
  readonly meeting: Bytes;
  readonly seating: number;
  readonly pass: (message: Bytes) => void;
  readonly heard: (message: Message, seating: Seating) => void;
}): PassingMessages => {
  const newest = new Map<number, number>();
  let own = 0;
  /** The newest of each kind that is worth something later. */
  const said = new Map<Passing['kind'], Passing>();
  let state: State | null = null;
  let waiting: readonly Bytes[] = [];
  const [sends, reads] = [inOrder(), inOrder()];

  const read = async (given: Bytes) => {
    const verified = state && (await verifyMessage(state, given, (seating) => newest.get(seating) ?? 0));
    if (!verified || verified instanceof Refusal) {
      if (!verified || verified.code === 'message.unknown') waiting = [...waiting, given].slice(-MOST_WAITING);
      return;
    }
    newest.set(verified.seating.id, verified.message.n);
    with_.heard(verified.message, verified.seating);
  };

  const readAll = (given: readonly Bytes[]) => {
    reads(async () => {
      const all = [...waiting, ...given];
      waiting = [];
      for (const one of all) await read(one);
    });
  };

  const say = (passing: Passing) => {
    own += 1;
    const statement = { meeting: with_.meeting, seating: with_.seating, n: own, passing };
    if (passing.kind !== 'ask' && passing.kind !== 'answer') said.set(passing.kind, passing);
    sends(async () => with_.pass(await signMessage(with_.device, statement)));
  };

  return {
    say,
    again: () => {
      for (const passing of [...said.values()]) say(passing);
    },
    hear: (given) => readAll([given]),
    moved: (now) => {
      state = now;
      if (waiting.length > 0) readAll([]);
    },
  };
};
