import { type CiphersuiteImpl, type ClientState, createGroup, mlsExporter } from 'ts-mls';
import { type Bytes, encode, equal, hash, type Signer } from '../bytes/index.ts';
import { type OwnPackage, openPackage } from './package.ts';
import type { Leaf, Seated } from './roster.ts';
import { CONFIG, deviceSuite, loadSuite, type SuiteName } from './suite.ts';

/** Which circle of which meeting, and its how-manieth founding. */
export type CircleName = {
  /** The meeting, 16 bytes. */
  readonly meeting: Bytes;
  /** Name of the circle, such as "table". */
  readonly circle: string;
  /** 0 for the first founding, one more for each that followed. */
  readonly generation: number;
};

/** One member's view of one epoch of a circle. Never changed: a commit leads to another. Its secrets are kept apart. */
export type Circle = CircleName & {
  readonly epoch: number;
  /** Index of this device's leaf. */
  readonly ownLeaf: number;
  /** Everyone in the circle, by rising leaf. */
  readonly leaves: readonly Leaf[];
  /** hash("epoch-authenticator", MLS epoch_authenticator), as the log names it. */
  readonly authenticator: Bytes;
};

type Inner = { readonly suite: SuiteName; readonly signer: Signer; readonly state: ClientState };

// Beside the value and not inside it, so that no log line, message or store can take the secrets along.
const inners = new WeakMap<Circle, Inner>();

/** The library's state of a circle; undefined when it was forgotten. */
export const innerOf = (circle: Circle): Inner | undefined => inners.get(circle);

/** The library's state of a circle; throws when it was forgotten. */
export const openCircle = (circle: Circle): Inner => {
  const inner = innerOf(circle);
  if (!inner) throw new Error('this circle was forgotten');
  return inner;
};

/** Puts the library's newer state of the same epoch in the place of `before`; false when that was forgotten meanwhile. */
export const ratchet = (circle: Circle, before: Inner, state: ClientState): boolean => {
  if (inners.get(circle) !== before) return false;
  inners.set(circle, { ...before, state });
  return true;
};

/** Takes the secrets of a circle away from it; undefined when that was done before. */
export const emptyCircle = (circle: Circle): Inner | undefined => {
  const inner = inners.get(circle);
  inners.delete(circle);
  return inner;
};

/** hash("circle", encode({meeting, circle, generation})): the MLS group id. */
export const groupId = ({ meeting, circle, generation }: CircleName): Bytes =>
  hash('circle', encode({ meeting, circle, generation }));

/** hash("epoch-authenticator", epoch_authenticator) of a state. */
export const authenticatorOf = (state: ClientState): Bytes =>
  hash('epoch-authenticator', state.keySchedule.epochAuthenticator);

/**
 * A circle out of the library's state. Drops what we never use: keys of earlier epochs for late messages, and
 * private keys of nodes that have become blank.
 */
export const makeCircle = (name: CircleName, leaves: readonly Leaf[], inner: Inner): Circle => {
  const { state } = inner;
  const kept = Object.entries(state.privatePath.privateKeys).filter(([node]) => state.ratchetTree[Number(node)]);
  const circle: Circle = Object.freeze({
    meeting: name.meeting,
    circle: name.circle,
    generation: name.generation,
    epoch: Number(state.groupContext.epoch),
    ownLeaf: state.privatePath.leafIndex,
    leaves: Object.freeze([...leaves]),
    authenticator: authenticatorOf(state),
  });
  inners.set(circle, {
    ...inner,
    state: {
      ...state,
      historicalReceiverData: new Map(),
      privatePath: { ...state.privatePath, privateKeys: Object.fromEntries(kept) },
    },
  });
  return circle;
};

/**
 * Founds a circle that holds this device alone, in epoch 0. It counts once the log has taken its founding.
 * @param seated This device's seating; throws when the package is not the one that it names.
 */
export const foundCircle = async (
  wish: CircleName & { readonly seated: Seated; readonly package: OwnPackage },
): Promise<Circle> => {
  const { seated } = wish;
  const own = openPackage(wish.package);
  const matches =
    equal(seated.keyPackage, wish.package.hash) &&
    equal(seated.mandate, wish.package.mandate) &&
    equal(seated.device, wish.package.device);
  if (!matches) throw new Error('the seating names another KeyPackage');
  const suite = await deviceSuite(own.suite, own.signer);
  const state = await createGroup(groupId(wish), own.public, own.private, [], suite, CONFIG);
  return makeCircle(wish, [{ leaf: 0, ...seated }], { suite: own.suite, signer: own.signer, state });
};

/** MLS-Exporter("SFrame 1.0 Base Key", "", 32): the base key of this epoch's frames (RFC 9605 §5.2). */
export const baseKey = async (circle: Circle): Promise<Bytes> => {
  const { state, suite } = openCircle(circle);
  const { exporterSecret } = state.keySchedule;
  const none = new Uint8Array(0);
  return new Uint8Array(await mlsExporter(exporterSecret, 'SFrame 1.0 Base Key', none, 32, await loadSuite(suite)));
};

/** A suite that signs with this circle's device key. */
export const suiteOf = ({ suite, signer }: Inner): Promise<CiphersuiteImpl> => deviceSuite(suite, signer);
