import { type Bytes, equal, hash, Refusal } from '../bytes/index.ts';
import type { Action } from '../log/index.ts';

/** What travels beside the record: named by its hash in an act. */
export type Blob = { readonly hash: Bytes; readonly bytes: Bytes };

/** Hashes that an action names, with what each is the hash of. */
const named = (action: Action): readonly { readonly hash: Bytes; readonly purpose: 'key-package' | 'blob' }[] => {
  if (action.kind === 'sit') return [{ hash: action.keyPackage, purpose: 'key-package' }];
  if (action.kind !== 'commit') return [];
  const commit = { hash: action.commit, purpose: 'blob' as const };
  return action.welcome === null ? [commit] : [commit, { hash: action.welcome, purpose: 'blob' }];
};

/**
 * Matches what came beside an act with the hashes that the act names, in the act's order. Refuses `blob.other`
 * (a missing, further, or different blob).
 */
export const matchBlobs = (action: Action, given: readonly Bytes[]): readonly Blob[] | Refusal => {
  const wanted = named(action);
  if (given.length !== wanted.length) return new Refusal('blob.other', `${given.length} of ${wanted.length}`);
  const blobs: Blob[] = [];
  for (const [n, { hash: name, purpose }] of wanted.entries()) {
    const bytes = given[n];
    if (!bytes || !equal(hash(purpose, bytes), name)) return new Refusal('blob.other', `${n}`);
    blobs.push({ hash: name, bytes });
  }
  return blobs;
};
