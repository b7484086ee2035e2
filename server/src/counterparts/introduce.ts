import { type Bytes, equal, Refusal, toHex } from '@parley/protocol/bytes';
import { openIntroduction } from '@parley/protocol/identity';
import { isPeerOrigin } from '../config/origin.ts';
import type { Identity } from '../identity/files.ts';
import type { CounterpartStore } from '../store/counterparts.ts';
import { type Introduced, introducedIn, type Pinned } from './pinned.ts';

/**
 * Reads in a counterpart's introduction, at `now` (ms). It opens nothing until its words were compared. Refuses what
 * `openIntroduction` refuses, and `introduction.own`, `introduction.address` (its address is none that a node calls),
 * `introduction.changed` (its name or address belongs to another root here: somebody else, or a root that was changed)
 * and `introduction.old` (a newer one of the same root was read).
 */
export const readIntroduction = async (
  store: CounterpartStore,
  to: { readonly own: Pick<Identity, 'root'>; readonly pinned: readonly Pinned[]; readonly plain: boolean },
  given: Bytes,
  now: number,
): Promise<Introduced | Refusal> => {
  const opened = await openIntroduction(given, now);
  if (opened instanceof Refusal) return opened;
  const { root, keys, name, peer, issuer, at } = opened;
  if (equal(root, to.own.root)) return new Refusal('introduction.own', name);
  if (!isPeerOrigin(peer, to.plain)) return new Refusal('introduction.address', peer);
  const introduced = await introducedIn(store);
  for (const other of [...to.pinned, ...introduced])
    if (!equal(other.root, root) && (other.name === name || other.peer === peer))
      return new Refusal('introduction.changed', `${other.name} ${toHex(other.root)}`);
  const before = introduced.find((one) => equal(one.root, root));
  if (before && before.at > at) return new Refusal('introduction.old', name);
  await store.putIntroduction(root, given, now);
  return { root, keys, name, peer, issuer, at, confirmation: before?.confirmation ?? null };
};
