import { type ClientState, zeroOutUint8Array } from 'ts-mls';
import { type Circle, emptyCircle, openCircle } from './circle.ts';

const ratchets = (state: ClientState): readonly Uint8Array[] =>
  state.secretTree.flatMap((node) =>
    [node.application, node.handshake].flatMap((ratchet) => [
      ratchet.secret,
      ...Object.values(ratchet.unusedGenerations),
    ]),
  );

/**
 * Overwrites the secrets of an epoch that is over (or of a draft that was not ordered). The circle keeps its public
 * values; everything that needs a secret of it throws from then on.
 * @param next The epoch that follows: private keys that it still needs are left alone.
 */
export const forgetCircle = (circle: Circle, next: Circle | null): void => {
  const kept = new Set(next ? Object.values(openCircle(next).state.privatePath.privateKeys) : []);
  const state = emptyCircle(circle)?.state;
  if (!state) return;
  const paths = Object.values(state.privatePath.privateKeys).filter((key) => !kept.has(key));
  for (const secret of [...Object.values(state.keySchedule), ...ratchets(state), ...paths]) zeroOutUint8Array(secret);
};
