import { createCommit, type Proposal } from 'ts-mls';
import { type Bytes, equal, Refusal } from '../bytes/index.ts';
import { type Circle, makeCircle, openCircle, suiteOf } from './circle.ts';
import { commitContext, type Enacted } from './commit.ts';
import { forgetCircle } from './forget.ts';
import { readTree } from './leaf.ts';
import { writeMessage } from './message.ts';
import { type ParsedPackage, parsePackage } from './package.ts';
import { difference, faultOfRoster, matchRoster } from './roster.ts';

/** A commit that the log has not ordered yet. */
export type Draft = {
  /** An MLSMessage with a PublicMessage. */
  readonly commit: Bytes;
  /** An MLSMessage with one Welcome for all who are added; null when nobody is. */
  readonly welcome: Bytes | null;
  /** hash("epoch-authenticator", …) of the epoch that it makes. */
  readonly authenticator: Bytes;
  /** For `applyPending`, or for `dropPending`. */
  readonly pending: Pending;
};

/** The circle that a draft leads to. */
export type Pending = { readonly from: Circle; readonly to: Circle };

/**
 * Drafts the commit that brings the circle to a roster. It always carries a path, so that whoever was removed, and
 * whoever had learned this device's keys, is shut out. The circle itself stays as it is.
 * @param packages KeyPackages of those who are to be added, in any order; others are ignored.
 * @returns A refusal: `draft.roster` (not one that a circle can hold, or without this device) · `draft.package` (none
 *   for a seating, or not the seating's) · a refusal of `readKeyPackage`.
 */
export const draftCommit = async (
  circle: Circle,
  wish: Enacted & { readonly packages: readonly Bytes[] },
): Promise<Draft | Refusal> => {
  const fault = faultOfRoster(wish.roster);
  if (fault) return new Refusal('draft.roster', fault);
  const inner = openCircle(circle);
  const { adds, removes } = difference(circle.leaves, wish.roster);
  if (removes.some((leaf) => leaf.leaf === circle.ownLeaf)) return new Refusal('draft.roster', 'without this device');

  const proposals: Proposal[] = removes.map(({ leaf }) => ({ proposalType: 'remove', remove: { removed: leaf } }));
  const packages = await Promise.all(wish.packages.map((bytes) => parsePackage(bytes, inner.suite)));
  for (const one of adds) {
    const found = packages.find((read): read is ParsedPackage => 'parsed' in read && equal(read.hash, one.keyPackage));
    if (!found)
      return packages.find((read) => read instanceof Refusal) ?? new Refusal('draft.package', `${one.seating}`);
    if (!equal(found.mandate, one.mandate) || !equal(found.device, one.device))
      return new Refusal('draft.package', `${one.seating}: another's`);
    proposals.push({ proposalType: 'add', add: { keyPackage: found.parsed } });
  }

  const made = await createCommit(
    { state: inner.state, cipherSuite: await suiteOf(inner) },
    {
      wireAsPublicMessage: true,
      extraProposals: proposals,
      ratchetTreeExtension: true,
      authenticatedData: commitContext(circle, wish),
      forcePath: true,
    },
  );
  const occupants = readTree(made.newState.ratchetTree, inner.suite);
  const leaves = typeof occupants === 'string' ? occupants : matchRoster(occupants, wish.roster);
  if (typeof leaves === 'string') throw new Error(`our own commit misses the roster: ${leaves}`);
  const to = makeCircle(circle, leaves, { ...inner, state: made.newState });
  return {
    commit: writeMessage(made.commit),
    welcome: made.welcome ? writeMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome: made.welcome }) : null,
    authenticator: to.authenticator,
    pending: { from: circle, to },
  };
};

/** Enters the epoch that a draft made, once the log has ordered it. The old epoch's secrets are overwritten. */
export const applyPending = ({ from, to }: Pending): Circle => {
  forgetCircle(from, to);
  return to;
};

/** Gives up a draft: the log took another commit. */
export const dropPending = ({ from, to }: Pending): void => forgetCircle(to, from);
