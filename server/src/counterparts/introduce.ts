import { type Bytes, equal, Refusal, toHex } from '@parley/protocol/bytes';
import { openIntroduction } from '@parley/protocol/identity';
import { isPeerOrigin } from '../config/origin.ts';
import type { Identity } from '../identity/files.ts';
import type { CounterpartStore } from '../store/counterparts.ts';
import { readAlike } from './alike.ts';
import { type Introduced, introducedIn, type Pinned } from './pinned.ts';

/** A node that reads in introductions. */
export type Reader = {
  readonly own: Pick<Identity, 'root'> & { readonly name: string };
  readonly pinned: readonly Pinned[];
  readonly plain: boolean;
};

/** How far another's clock may be ahead of this one. */
const EARLY_MS = 600_000;

/**
 * What a counterpart's introduction says, at `now` (ms), and whether it was read in before; nothing is kept. Refuses what
 * `openIntroduction` refuses, and `introduction.own`, `introduction.name` (it has one's own name, or one that reads
 * like it), `introduction.address` (its address is none that a node calls), `introduction.future`,
 * `introduction.changed` (its name, or one that reads like it, or its address belongs to another root that is pinned:
 * somebody else, or a root that was changed) and `introduction.old` (a newer one of the same root was read).
 */
export const judgeIntroduction = async (
  store: CounterpartStore,
  to: Reader,
  given: Bytes,
  now: number,
): Promise<{ readonly found: Introduced; readonly before: Introduced | null } | Refusal> => {
  const opened = await openIntroduction(given, now);
  if (opened instanceof Refusal) return opened;
  const { root, keys, name, peer, issuer, at } = opened;
  if (equal(root, to.own.root)) return new Refusal('introduction.own', name);
  if (!isPeerOrigin(peer, to.plain)) return new Refusal('introduction.address', peer);
  if (readAlike(name, to.own.name)) return new Refusal('introduction.name', `${name} ${toHex(root)}`);
  if (at > now + EARLY_MS) return new Refusal('introduction.future', new Date(at).toISOString());
  // Only who is trusted keeps others from a name: a file that was merely looked at does not.
  for (const other of to.pinned)
    if (!equal(other.root, root) && (readAlike(other.name, name) || other.peer === peer))
      return new Refusal('introduction.changed', `${other.name} ${toHex(other.root)}, not ${toHex(root)}`);
  const before = (await introducedIn(store)).find((one) => equal(one.root, root)) ?? null;
  if (before && before.at > at) return new Refusal('introduction.old', name);
  return { found: { root, keys, name, peer, issuer, at, confirmation: before?.confirmation ?? null }, before };
};
