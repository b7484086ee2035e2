import {
  bytesToBase64,
  type ClientState,
  decodeMlsMessage,
  joinGroup,
  makePskIndex,
  processPrivateMessage,
  processPublicMessage,
} from 'ts-mls';
import { validateRatchetTree } from 'ts-mls/clientState.js';
import { applyUpdatePathSecret } from 'ts-mls/createCommit.js';
import { deriveSecret } from 'ts-mls/crypto/kdf.js';
import { verifyLeafNodeSignature } from 'ts-mls/leafNode.js';
import { verifyParentHashes } from 'ts-mls/parentHash.js';
import { pathToRoot } from 'ts-mls/pathSecrets.js';
import { mergePrivateKeyPaths, toPrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { decodeProposal } from 'ts-mls/proposal.js';
import {
  addLeafNode,
  decodeRatchetTree,
  encodeRatchetTree,
  removeLeafNode,
  resolution,
  updateLeafNode,
} from 'ts-mls/ratchetTree.js';
import { treeHash, treeHashRoot } from 'ts-mls/treeHash.js';
import { leafWidth, left, nodeWidth, parent, right, root, sibling, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js';
import { applyUpdatePath, decodeUpdatePath } from 'ts-mls/updatePath.js';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../bytes/index.ts';
import { CONFIG } from '../suite.ts';
import { ours, present, suiteBy, title, unhex, vectors, whole } from './outside.ts';
import { inPlace } from './quick.ts';

type OfSuite = { readonly cipher_suite: number };

/** The kinds that work through whole trees and sessions, for these suites. */
export const treeVectors = (suites: readonly number[]): void => {
  describe.skipIf(!present)(title(`RFC 9420: trees and whole sessions, suites ${suites.join(', ')}`), () => {
    test('tree-math', () => {
      type Vector = {
        n_leaves: number;
        n_nodes: number;
        root: number;
        left: (number | null)[];
        right: (number | null)[];
        parent: (number | null)[];
        sibling: (number | null)[];
      };
      for (const one of vectors<Vector>('tree-math')) {
        expect(nodeWidth(one.n_leaves)).toBe(one.n_nodes);
        expect(root(one.n_leaves)).toBe(one.root);
        for (let n = 0; n < one.n_nodes; n += 1) {
          const node = toNodeIndex(n);
          if (one.left[n] !== null) expect(left(node)).toBe(one.left[n]);
          if (one.right[n] !== null) expect(right(node)).toBe(one.right[n]);
          if (one.parent[n] !== null) expect(parent(node, one.n_leaves)).toBe(one.parent[n]);
          if (one.sibling[n] !== null) expect(sibling(node, one.n_leaves)).toBe(one.sibling[n]);
        }
      }
    });

    test('tree-operations', async () => {
      type Vector = OfSuite & {
        proposal: string;
        proposal_sender: number;
        tree_before: string;
        tree_after: string;
        tree_hash_before: string;
        tree_hash_after: string;
      };
      const all = ours(vectors<Vector>('tree-operations'), suites);
      for (const one of all) {
        const { hash } = inPlace(await suiteBy(one.cipher_suite));
        const before = whole(decodeRatchetTree, one.tree_before);
        expect(toHex(await treeHashRoot(before, hash))).toBe(one.tree_hash_before);
        const proposal = whole(decodeProposal, one.proposal);
        const after = () => {
          if (proposal.proposalType === 'add' && 'add' in proposal)
            return addLeafNode(before, proposal.add.keyPackage.leafNode)[0];
          if (proposal.proposalType === 'update' && 'update' in proposal)
            return updateLeafNode(before, proposal.update.leafNode, toLeafIndex(one.proposal_sender));
          if (proposal.proposalType === 'remove' && 'remove' in proposal)
            return removeLeafNode(before, toLeafIndex(proposal.remove.removed));
          throw new Error(`no operation of a tree: ${proposal.proposalType}`);
        };
        expect(toHex(encodeRatchetTree(after()))).toBe(one.tree_after);
        expect(toHex(await treeHashRoot(after(), hash))).toBe(one.tree_hash_after);
      }
      expect(all.length).toBeGreaterThan(0);
    });

    test('tree-validation, which also passes the corrected check of unmerged leaves', {
      timeout: 120_000,
    }, async () => {
      type Vector = OfSuite & { tree: string; group_id: string; tree_hashes: string[]; resolutions: number[][] };
      for (const one of ours(vectors<Vector>('tree-validation'), suites)) {
        const suite = inPlace(await suiteBy(one.cipher_suite));
        const tree = whole(decodeRatchetTree, one.tree);
        for (const [n, expected] of one.resolutions.entries())
          expect(resolution(tree, toNodeIndex(n))).toEqual(expected);
        for (const [n, expected] of one.tree_hashes.entries())
          expect(toHex(await treeHash(tree, toNodeIndex(n), suite.hash))).toBe(expected);
        expect(await verifyParentHashes(tree, suite.hash)).toBe(true);
        for (const [n, node] of tree.entries())
          if (node?.nodeType === 'leaf')
            expect(await verifyLeafNodeSignature(node.leaf, unhex(one.group_id), n / 2, suite.signature)).toBe(true);
        const treeHash_ = await treeHashRoot(tree, suite.hash);
        const context = {
          version: 'mls10' as const,
          cipherSuite: suite.name,
          groupId: unhex(one.group_id),
          epoch: 0n,
          treeHash: treeHash_,
          confirmedTranscriptHash: new Uint8Array(0),
          extensions: [],
        };
        const { lifetimeConfig, authService } = CONFIG;
        expect(await validateRatchetTree(tree, context, lifetimeConfig, authService, treeHash_, suite)).toBeUndefined();
      }
    });

    test('treekem', { timeout: 120_000 }, async () => {
      type Vector = OfSuite & {
        group_id: string;
        epoch: number;
        confirmed_transcript_hash: string;
        ratchet_tree: string;
        leaves_private: {
          index: number;
          encryption_priv: string;
          path_secrets: { node: number; path_secret: string }[];
        }[];
        update_paths: {
          sender: number;
          update_path: string;
          path_secrets: (string | null)[];
          commit_secret: string;
          tree_hash_after: string;
        }[];
      };
      for (const one of ours(vectors<Vector>('treekem'), suites)) {
        const suite = inPlace(await suiteBy(one.cipher_suite));
        const tree = whole(decodeRatchetTree, one.ratchet_tree);
        for (const update of one.update_paths) {
          const path = whole(decodeUpdatePath, update.update_path);
          const sender = toLeafIndex(update.sender);
          const after = await applyUpdatePath(tree, sender, path, suite.hash);
          const hashAfter = await treeHashRoot(after, suite.hash);
          expect(toHex(hashAfter)).toBe(update.tree_hash_after);
          const context = {
            version: 'mls10' as const,
            cipherSuite: suite.name,
            groupId: unhex(one.group_id),
            epoch: BigInt(one.epoch),
            treeHash: hashAfter,
            confirmedTranscriptHash: unhex(one.confirmed_transcript_hash),
            extensions: [],
          };
          for (const leaf of one.leaves_private) {
            if (leaf.index === update.sender) continue;
            const known = Object.fromEntries(
              leaf.path_secrets.map(({ node, path_secret }) => [node, unhex(path_secret)]),
            );
            const own = { leafIndex: leaf.index, privateKeys: { [leaf.index * 2]: unhex(leaf.encryption_priv) } };
            const keys = mergePrivateKeyPaths(await toPrivateKeyPath(known, leaf.index, suite), own);
            const read = await applyUpdatePathSecret(tree, keys, sender, context, path, [], suite);
            expect(toHex(read.pathSecret)).toBe(update.path_secrets[leaf.index]);
            const secrets = await pathToRoot(after, toNodeIndex(read.nodeIndex), read.pathSecret, suite.kdf);
            const top = secrets[root(leafWidth(after.length))];
            if (!top) throw new Error('no secret for the root');
            expect(toHex(await deriveSecret(top, 'path', suite.kdf))).toBe(update.commit_secret);
          }
        }
      }
    });

    test.each(['passive-client-welcome', 'passive-client-handling-commit', 'passive-client-random'])(
      '%s',
      {
        timeout: 120_000,
      },
      async (kind) => {
        type Vector = OfSuite & {
          external_psks: { psk_id: string; psk: string }[];
          key_package: string;
          signature_priv: string;
          encryption_priv: string;
          init_priv: string;
          welcome: string;
          ratchet_tree: string | null;
          initial_epoch_authenticator: string;
          epochs: { proposals: string[]; commit: string; epoch_authenticator: string }[];
        };
        const all = ours(vectors<Vector>(kind), suites);
        expect(all.length).toBeGreaterThan(0);
        for (const one of all) {
          const suite = inPlace(await suiteBy(one.cipher_suite));
          const [own, message] = [whole(decodeMlsMessage, one.key_package), whole(decodeMlsMessage, one.welcome)];
          if (own.wireformat !== 'mls_key_package' || message.wireformat !== 'mls_welcome')
            throw new Error('other kinds');
          const psks = Object.fromEntries(
            one.external_psks.map(({ psk_id, psk }) => [bytesToBase64(unhex(psk_id)), unhex(psk)]),
          );
          let state: ClientState = await joinGroup(
            message.welcome,
            own.keyPackage,
            {
              initPrivateKey: unhex(one.init_priv),
              hpkePrivateKey: unhex(one.encryption_priv),
              signaturePrivateKey: unhex(one.signature_priv),
            },
            makePskIndex(undefined, psks),
            suite,
            one.ratchet_tree === null ? undefined : whole(decodeRatchetTree, one.ratchet_tree),
            undefined,
            CONFIG,
          );
          expect(toHex(state.keySchedule.epochAuthenticator)).toBe(one.initial_epoch_authenticator);
          for (const epoch of one.epochs) {
            for (const hex of [...epoch.proposals, epoch.commit]) {
              const next = whole(decodeMlsMessage, hex);
              const index = makePskIndex(state, psks);
              if (next.wireformat === 'mls_private_message')
                state = (await processPrivateMessage(state, next.privateMessage, index, suite)).newState;
              else if (next.wireformat === 'mls_public_message')
                state = (await processPublicMessage(state, next.publicMessage, index, suite)).newState;
              else throw new Error(`a ${next.wireformat} among the commits`);
            }
            expect(toHex(state.keySchedule.epochAuthenticator)).toBe(epoch.epoch_authenticator);
          }
        }
      },
    );
  });
};
