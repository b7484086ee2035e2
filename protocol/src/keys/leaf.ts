import type { Capabilities, LeafNode, Node } from 'ts-mls';
import type { Bytes } from '../bytes/index.ts';
import type { SuiteName } from './suite.ts';

/** Who stands in one leaf of a tree. */
export type Occupant = {
  /** Index of the leaf (not of the node). */
  readonly leaf: number;
  /** Hash of the mandate. */
  readonly mandate: Bytes;
  /** The device's Ed25519 public key. */
  readonly device: Bytes;
};

/** What every leaf says that it can do: this suite, basic credentials, and no extension of anything. */
export const capabilitiesOf = (suite: SuiteName): Capabilities => ({
  versions: ['mls10'],
  ciphersuites: [suite],
  extensions: [],
  proposals: [],
  credentials: ['basic'],
});

const only = (values: readonly unknown[], one: string) => values.length === 1 && values[0] === one;

/** Reads who a leaf node names, or says in a few words why it is none of ours. */
export const readLeaf = (node: LeafNode, suite: SuiteName): Omit<Occupant, 'leaf'> | string => {
  const { credential, capabilities, signaturePublicKey } = node;
  if (credential.credentialType !== 'basic' || !('identity' in credential)) return 'credential is not basic';
  if (!(credential.identity instanceof Uint8Array) || credential.identity.length !== 32)
    return 'credential is no hash of a mandate';
  if (signaturePublicKey.length !== 32) return 'signature key is not 32 bytes';
  if (node.extensions.length > 0) return 'leaf has extensions';
  const plain =
    only(capabilities.versions, 'mls10') &&
    only(capabilities.ciphersuites, suite) &&
    only(capabilities.credentials, 'basic') &&
    capabilities.extensions.length === 0 &&
    capabilities.proposals.length === 0;
  if (!plain) return 'capabilities are not the ones prescribed';
  return { mandate: new Uint8Array(credential.identity), device: new Uint8Array(signaturePublicKey) };
};

/** The public HPKE key of a node of the tree; undefined for a blank one. */
export const nodeKey = (node: Node | undefined): Uint8Array | undefined =>
  node?.nodeType === 'leaf' ? node.leaf.hpkePublicKey : node?.parent.hpkePublicKey;

/** Everyone in a tree, by leaf, or a few words about a leaf that is none of ours. */
export const readTree = (tree: readonly (Node | undefined)[], suite: SuiteName): readonly Occupant[] | string => {
  const all: Occupant[] = [];
  for (const [index, node] of tree.entries()) {
    if (node?.nodeType !== 'leaf') continue;
    const read = readLeaf(node.leaf, suite);
    if (typeof read === 'string') return `leaf ${index / 2}: ${read}`;
    all.push({ leaf: index / 2, ...read });
  }
  return all;
};
