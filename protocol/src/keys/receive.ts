import { type ClientState, emptyPskIndex, type PublicMessage, processPublicMessage, type UpdatePath } from 'ts-mls';
import { equal, Refusal, toHex } from '../bytes/index.ts';
import { authenticatorOf, type Circle, makeCircle, openCircle, suiteOf } from './circle.ts';
import { type ExpectedCommit, readCommit } from './commit.ts';
import { readTree } from './leaf.ts';
import { COMMIT_LIMIT, readMessage } from './message.ts';
import { faultOfKeys } from './node-keys.ts';
import { packageBytes, parsePackage } from './package.ts';
import { faultOfRoster, matchRoster } from './roster.ts';
import { type Derived, loadSuite, type SuiteName, usable, watching } from './suite.ts';

/**
 * Follows a commit that the log has ordered. Everything that can be read of it is compared with the log before any
 * secret is touched; the tree that results, and the epoch authenticator, are compared after.
 * @param bytes The commit, found by the hash that the entry names.
 * @returns The next epoch (the given circle stays as it is: `forgetCircle` it when the new one is in place), or a
 *   refusal, see spec/keys.md: `commit.malformed` · `commit.sender` · `commit.group` · `commit.epoch` ·
 *   `commit.context` · `commit.reference` · `commit.proposal` · `commit.roster` · `commit.committer` ·
 *   `commit.path` · `commit.renamed` · `commit.removed` · `commit.crypto` · `commit.key` · `commit.authenticator`,
 *   or one of `readKeyPackage`.
 */
export const receiveCommit = async (
  circle: Circle,
  bytes: Uint8Array,
  expected: ExpectedCommit,
): Promise<Circle | Refusal> => {
  const fault = faultOfRoster(expected.roster);
  if (fault) return new Refusal('commit.roster', fault);
  const inner = openCircle(circle);
  const message = readMessage(bytes, COMMIT_LIMIT);
  if (message?.wireformat !== 'mls_public_message') return new Refusal('commit.malformed', 'no PublicMessage');
  const read = readCommit(circle, inner.suite, message.publicMessage, expected);
  if (read instanceof Refusal) return read;
  for (const keyPackage of read.packages) {
    const parsed = await parsePackage(packageBytes(keyPackage), inner.suite);
    if (parsed instanceof Refusal) return parsed;
  }
  const own = circle.leaves.find(({ leaf }) => leaf === circle.ownLeaf);
  if (!expected.roster.some(({ seating }) => seating === own?.seating)) return new Refusal('commit.removed');

  const watched = watching(await suiteOf(inner));
  const next = await follow(inner.state, message.publicMessage, watched.suite);
  if (next instanceof Refusal) return next;
  const occupants = readTree(next.ratchetTree, inner.suite);
  const leaves = typeof occupants === 'string' ? occupants : matchRoster(occupants, expected.roster);
  if (typeof leaves === 'string') return new Refusal('commit.roster', leaves);
  const keys = faultOfKeys(next, watched.derived) ?? (await faultOfPath(read.path, watched.derived, inner.suite));
  if (keys) return new Refusal('commit.key', keys);
  if (!equal(authenticatorOf(next), expected.authenticator)) return new Refusal('commit.authenticator');
  return makeCircle(circle, leaves, { ...inner, state: next });
};

/** Lets the library follow it; whatever it cannot follow (signature, tag, path, hashes) is a refusal. */
const follow = async (
  state: ClientState,
  message: PublicMessage,
  suite: Parameters<typeof processPublicMessage>[3],
): Promise<ClientState | Refusal> => {
  try {
    const { newState } = await processPublicMessage(state, message, emptyPskIndex, suite);
    if (newState.groupActiveState.kind !== 'active')
      return new Refusal('commit.crypto', newState.groupActiveState.kind);
    return newState;
  } catch (error) {
    return new Refusal('commit.crypto', error instanceof Error ? error.message.slice(0, 160) : '');
  }
};

/** Keys of the path that this device did not derive itself must at least be usable, or nobody can commit later. */
const faultOfPath = async (path: UpdatePath, derived: Derived, suite: SuiteName): Promise<string | null> => {
  const known = new Set([...derived.values()].map(toHex));
  const library = await loadSuite(suite);
  const keys = [path.leafNode.hpkePublicKey, ...path.nodes.map(({ hpkePublicKey }) => hpkePublicKey)];
  for (const key of keys)
    if (!known.has(toHex(key)) && !(await usable(library, key))) return 'the path brings a key that cannot be used';
  return null;
};
