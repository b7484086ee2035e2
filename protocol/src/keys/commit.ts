import type { KeyPackage, ProposalOrRef, PublicMessage, UpdatePath } from 'ts-mls';
import { type Bytes, encode, equal, hash, Refusal, toHex } from '../bytes/index.ts';
import { type Circle, type CircleName, groupId } from './circle.ts';
import { readLeaf } from './leaf.ts';
import { packageBytes } from './package.ts';
import { difference, rosterHash, type Seated } from './roster.ts';
import type { SuiteName } from './suite.ts';

/** What a commit enacts: the roster as the log has it at `upTo`. */
export type Enacted = {
  /** Sequence number of the last roster entry that the commit enacts. */
  readonly upTo: number;
  /** Every seating that the circle is to hold then. */
  readonly roster: readonly Seated[];
};

/** What the log says of a commit. */
export type ExpectedCommit = Enacted & {
  /** Hash of the mandate of the device that signed the commit entry. */
  readonly committer: Bytes;
  /** Hash of the epoch authenticator that the entry names. */
  readonly authenticator: Bytes;
};

/** The authenticated data of a commit: encode({v: 1, circle, generation, upTo, roster: rosterHash}). */
export const commitContext = ({ circle, generation }: CircleName, { upTo, roster }: Enacted): Bytes =>
  encode({ v: 1, circle, generation, upTo, roster: rosterHash(roster) });

/** What a commit changes, once it was found to be what the log says. */
export type ReadCommit = {
  readonly path: UpdatePath;
  readonly packages: readonly KeyPackage[];
};

/** Compares everything that a commit says in clear with the log; touches no secret. */
export const readCommit = (
  circle: Circle,
  suite: SuiteName,
  { content }: PublicMessage,
  expected: ExpectedCommit,
): ReadCommit | Refusal => {
  if (content.contentType !== 'commit' || content.sender.senderType !== 'member')
    return new Refusal('commit.sender', `${content.contentType} by ${content.sender.senderType}`);
  if (!equal(content.groupId, groupId(circle))) return new Refusal('commit.group');
  if (content.epoch !== BigInt(circle.epoch)) return new Refusal('commit.epoch', `${content.epoch}`);
  if (!equal(content.authenticatedData, commitContext(circle, expected))) return new Refusal('commit.context');
  const packages = readProposals(circle, content.commit.proposals, expected.roster);
  if (packages instanceof Refusal) return packages;
  const path = readPath(circle, suite, content.sender.leafIndex, content.commit.path, expected);
  return path instanceof Refusal ? path : { path, packages };
};

/** The KeyPackages added; a refusal unless exactly the roster's changes stand there, each by value. */
const readProposals = (
  circle: Circle,
  proposals: readonly ProposalOrRef[],
  roster: readonly Seated[],
): readonly KeyPackage[] | Refusal => {
  const removed = new Set<number>();
  const added = new Map<string, KeyPackage>();
  for (const item of proposals) {
    if (item.proposalOrRefType !== 'proposal') return new Refusal('commit.reference');
    const { proposal } = item;
    if (proposal.proposalType === 'add' && 'add' in proposal)
      added.set(toHex(hash('key-package', packageBytes(proposal.add.keyPackage))), proposal.add.keyPackage);
    else if (proposal.proposalType === 'remove' && 'remove' in proposal) removed.add(proposal.remove.removed);
    else return new Refusal('commit.proposal', `${proposal.proposalType}`);
  }
  const { adds, removes } = difference(circle.leaves, roster);
  const exact =
    proposals.length === adds.length + removes.length &&
    removes.every(({ leaf }) => removed.has(leaf)) &&
    adds.every(({ keyPackage }) => added.has(toHex(keyPackage)));
  if (!exact) return new Refusal('commit.roster', `${removed.size} removed, ${added.size} added`);
  return [...added.values()];
};

/** The path; a refusal unless it is there and its maker, whom the entry names, stays who it was. */
const readPath = (
  circle: Circle,
  suite: SuiteName,
  sender: number,
  path: UpdatePath | undefined,
  expected: ExpectedCommit,
): UpdatePath | Refusal => {
  const committer = circle.leaves.find(({ leaf }) => leaf === sender);
  const stays = committer && expected.roster.some(({ seating }) => seating === committer.seating);
  if (!committer || !stays || sender === circle.ownLeaf || !equal(committer.mandate, expected.committer))
    return new Refusal('commit.committer', `leaf ${sender}`);
  if (!path) return new Refusal('commit.path');
  const who = readLeaf(path.leafNode, suite);
  if (typeof who === 'string') return new Refusal('commit.renamed', who);
  if (!equal(who.mandate, committer.mandate)) return new Refusal('commit.renamed', 'another mandate');
  if (!equal(who.device, committer.device)) return new Refusal('commit.renamed', 'another device key');
  return path;
};
