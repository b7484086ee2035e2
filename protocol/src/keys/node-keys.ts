import type { ClientState } from 'ts-mls';
import { directPath, leafToNodeIndex, leafWidth, toLeafIndex } from 'ts-mls/treemath.js';
import { equal, toHex } from '../bytes/index.ts';
import { nodeKey } from './leaf.ts';
import type { Derived } from './suite.ts';

/**
 * What is wrong with the HPKE keys of a state, in a few words; null when nothing is. No public key may stand twice
 * (RFC 9420 §7.3); each private key that this operation derived must belong to its node (§7.5, §12.4.3.1); and no
 * node above this device may be without one, but where the node lists it as not merged.
 */
export const faultOfKeys = (state: ClientState, derived: Derived): string | null =>
  twice(state) ?? mismatch(state, derived) ?? missing(state);

const twice = ({ ratchetTree }: ClientState): string | null => {
  const seen = new Set<string>();
  for (const [index, node] of ratchetTree.entries()) {
    const key = nodeKey(node);
    if (!key) continue;
    const name = toHex(key);
    if (seen.has(name)) return `node ${index} has the key of another`;
    seen.add(name);
  }
  return null;
};

const mismatch = ({ ratchetTree, privatePath }: ClientState, derived: Derived): string | null => {
  for (const [index, key] of Object.entries(privatePath.privateKeys)) {
    const expected = derived.get(toHex(key));
    const actual = nodeKey(ratchetTree[Number(index)]);
    if (expected && actual && !equal(expected, actual)) return `node ${index} has a key that its secret does not give`;
  }
  return null;
};

const missing = ({ ratchetTree, privatePath }: ClientState): string | null => {
  const own = toLeafIndex(privatePath.leafIndex);
  for (const index of directPath(leafToNodeIndex(own), leafWidth(ratchetTree.length))) {
    const node = ratchetTree[index];
    const merged = node?.nodeType === 'parent' && !node.parent.unmergedLeaves.includes(own);
    if (merged && !privatePath.privateKeys[index]) return `node ${index} has a key that this device was not given`;
  }
  return null;
};
