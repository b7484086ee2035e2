/** In place of `web/src/session/epochs.ts` in a modified client: does the same, and keeps every key that it is given. */
import { decodeMlsMessage, emptyPskIndex, mlsExporter, processPublicMessage } from 'ts-mls';
import { type Circle, openCircle, suiteOf } from '../../../protocol/src/keys/circle.ts';
import { baseKey } from '../../../protocol/src/keys/index.ts';
import { loadSuite } from '../../../protocol/src/keys/suite.ts';
import { type Epochs, createEpochs as honest } from '../../../web/src/session/epochs.ts';
import type { SavedKey } from './forge.ts';

/** What a modified client has learned at the table. */
export type Leak = {
  keys(): readonly (SavedKey & { readonly leaves: readonly { readonly leaf: number; readonly seating: number }[] })[];
  /** Its own frame key. */
  frameKey(): { readonly seed: readonly number[]; readonly publicKey: readonly number[] };
  /** Follows a commit with every group state that it saved; the base keys that come of it. */
  follow(commit: readonly number[]): Promise<readonly (readonly number[])[]>;
};

const circles: Circle[] = [];
const keys: ReturnType<Leak['keys']>[number][] = [];
let own: ReturnType<Leak['frameKey']> = { seed: [], publicKey: [] };

const numbers = (bytes: Uint8Array): readonly number[] => [...bytes];

export const createEpochs: typeof honest = (needs) => {
  const epochs: Epochs = honest(needs);
  const seed = numbers(needs.frameSeed);
  return {
    ...epochs,
    install: async (circle, seatings) => {
      const { meeting, generation, epoch, authenticator, leaves, ownLeaf } = circle;
      circles.push(circle);
      keys.push({
        meeting: numbers(meeting),
        generation,
        epoch,
        authenticator: numbers(authenticator),
        baseKey: numbers(await baseKey(circle)),
        leaves: leaves.map(({ leaf, seating }) => ({ leaf, seating })),
      });
      const seat = leaves.find(({ leaf }) => leaf === ownLeaf)?.seating;
      const frameKey = seat === undefined ? undefined : seatings.get(seat)?.frameKey;
      own = { seed, publicKey: frameKey ? numbers(frameKey) : [] };
      return epochs.install(circle, seatings);
    },
  };
};

const follow = async (circle: Circle, commit: Uint8Array): Promise<readonly number[] | null> => {
  const inner = openCircle(circle);
  const message = decodeMlsMessage(commit, 0)?.[0];
  if (message?.wireformat !== 'mls_public_message') return null;
  try {
    const suite = await suiteOf(inner);
    const { newState } = await processPublicMessage(inner.state, message.publicMessage, emptyPskIndex, suite);
    const { exporterSecret } = newState.keySchedule;
    const library = await loadSuite(inner.suite);
    return numbers(await mlsExporter(exporterSecret, 'SFrame 1.0 Base Key', new Uint8Array(0), 32, library));
  } catch {
    return null;
  }
};

const leak: Leak = {
  keys: () => keys,
  frameKey: () => own,
  follow: async (commit) => {
    const found = await Promise.all(circles.map((circle) => follow(circle, Uint8Array.from(commit))));
    return found.filter((key) => key !== null);
  },
};
Object.assign(globalThis, { leak });
