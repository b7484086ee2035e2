import { type CiphersuiteImpl, type ClientState, emptyPskIndex, type GroupInfo, joinGroup, type Welcome } from 'ts-mls';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import { type Bytes, equal, Refusal } from '../bytes/index.ts';
import { authenticatorOf, type Circle, type CircleName, groupId, makeCircle } from './circle.ts';
import { readTree } from './leaf.ts';
import { readMessage, WELCOME_LIMIT } from './message.ts';
import { faultOfKeys } from './node-keys.ts';
import { forgetPackage, type OwnPackage, openPackage } from './package.ts';
import { faultOfRoster, type Leaf, MOST_MEMBERS, matchRoster, type Seated } from './roster.ts';
import { CONFIG, deviceSuite, type SuiteName, watching } from './suite.ts';

/** What the log says of the epoch that a newcomer enters. */
export type ExpectedWelcome = CircleName & {
  readonly epoch: number;
  /** Hash of the epoch authenticator that the commit entry names. */
  readonly authenticator: Bytes;
  /** Every seating that the circle holds at the entry's `upTo`. */
  readonly roster: readonly Seated[];
};

/**
 * Enters a circle by a Welcome (RFC 9420 §12.4.3.1). Group, epoch, roster and epoch authenticator must be what the
 * log says. A package that was let in is spent: its private keys are overwritten.
 * @returns The circle, or a refusal, see spec/keys.md: `welcome.malformed` · `welcome.package` (not for this one) ·
 *   `welcome.crypto` · `welcome.psk` · `welcome.group` · `welcome.epoch` · `welcome.extension` · `welcome.tree` ·
 *   `welcome.roster` · `welcome.key` · `welcome.authenticator`.
 */
export const joinCircle = async (wish: {
  readonly package: OwnPackage;
  readonly welcome: Uint8Array;
  readonly expected: ExpectedWelcome;
}): Promise<Circle | Refusal> => {
  const { expected } = wish;
  const fault = faultOfRoster(expected.roster);
  if (fault) return new Refusal('welcome.roster', fault);
  if (!expected.roster.some(({ keyPackage }) => equal(keyPackage, wish.package.hash)))
    return new Refusal('welcome.roster', 'this KeyPackage is not on it');
  const own = openPackage(wish.package);
  const message = readMessage(wish.welcome, WELCOME_LIMIT);
  if (message?.wireformat !== 'mls_welcome') return new Refusal('welcome.malformed', 'no Welcome');
  const { welcome } = message;
  if (welcome.cipherSuite !== own.suite) return new Refusal('welcome.malformed', `suite ${welcome.cipherSuite}`);

  const watched = watching(await deviceSuite(own.suite, own.signer));
  const info = await openWelcome(welcome, own, watched.suite);
  if (info instanceof Refusal) return info;
  const leaves = readInfo(info, own.suite, expected);
  if (leaves instanceof Refusal) return leaves;
  const state = await enter(welcome, own, watched.suite);
  if (state instanceof Refusal) return state;
  const keys = faultOfKeys(state, watched.derived);
  if (keys) return new Refusal('welcome.key', keys);
  if (!equal(authenticatorOf(state), expected.authenticator)) return new Refusal('welcome.authenticator');
  const circle = makeCircle(expected, leaves, { suite: own.suite, signer: own.signer, state });
  forgetPackage(wish.package);
  return circle;
};

type Own = ReturnType<typeof openPackage>;

const reason = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 160) : '');

/** Opens what a Welcome says of the group, before the library works through a tree that may be anything. */
const openWelcome = async (welcome: Welcome, own: Own, suite: CiphersuiteImpl): Promise<GroupInfo | Refusal> => {
  const ref = await makeKeyPackageRef(own.public, suite.hash);
  if (welcome.secrets.filter(({ newMember }) => equal(newMember, ref)).length !== 1)
    return new Refusal('welcome.package');
  try {
    const key = await suite.hpke.importPrivateKey(own.private.initPrivateKey);
    const secrets = await decryptGroupSecrets(key, ref, welcome, suite.hpke);
    if (!secrets) return new Refusal('welcome.crypto', 'group secrets');
    if (secrets.psks.length > 0) return new Refusal('welcome.psk');
    const info = await decryptGroupInfo(welcome, secrets.joinerSecret, new Uint8Array(suite.kdf.size), suite);
    return info ?? new Refusal('welcome.crypto', 'group info');
  } catch (error) {
    return new Refusal('welcome.crypto', reason(error));
  }
};

/** Compares group, epoch and leaves with the log. */
const readInfo = (info: GroupInfo, suite: SuiteName, expected: ExpectedWelcome): readonly Leaf[] | Refusal => {
  const { groupContext } = info;
  if (!equal(groupContext.groupId, groupId(expected))) return new Refusal('welcome.group');
  if (groupContext.epoch !== BigInt(expected.epoch)) return new Refusal('welcome.epoch', `${groupContext.epoch}`);
  const [extension, ...more] = info.extensions;
  if (groupContext.extensions.length > 0 || more.length > 0 || extension?.extensionType !== 'ratchet_tree')
    return new Refusal('welcome.extension');
  const occupants = readTreeBytes(extension.extensionData, suite);
  if (typeof occupants === 'string') return new Refusal('welcome.tree', occupants);
  const leaves = matchRoster(occupants, expected.roster);
  return typeof leaves === 'string' ? new Refusal('welcome.roster', leaves) : leaves;
};

/** New leaves take blank places first, so that no tree is wider than the largest circle. */
const MOST_NODES = 2 * MOST_MEMBERS - 1;

const readTreeBytes = (bytes: Uint8Array, suite: SuiteName): ReturnType<typeof readTree> => {
  try {
    const read = decodeRatchetTree(bytes, 0);
    if (!read || read[1] !== bytes.length || !equal(encodeRatchetTree(read[0]), bytes)) return 'unreadable';
    return read[0].length > MOST_NODES ? `${read[0].length} nodes` : readTree(read[0], suite);
  } catch (error) {
    return reason(error);
  }
};

/** Lets the library check signatures, hashes and tag, and derive the epoch. */
const enter = async (welcome: Welcome, own: Own, suite: CiphersuiteImpl): Promise<ClientState | Refusal> => {
  try {
    return await joinGroup(welcome, own.public, own.private, emptyPskIndex, suite, undefined, undefined, CONFIG);
  } catch (error) {
    return new Refusal('welcome.crypto', reason(error));
  }
};
