import { type Bytes, equal, hash, Refusal } from '../bytes/index.ts';
import type { Action, VerifiedEntry } from '../log/index.ts';

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

/**
 * Loads what reads KeyPackages. It is loaded when somebody comes to sit and not before: it takes 17 MB, which a node at
 * rest has no use for.
 */
export const loadKeys = () => import('../keys/index.ts');

/**
 * Reads the KeyPackage beside a request to sit, at the entry's time: an unusable one would keep everybody who sits
 * after it from the keys. Refuses what `readKeyPackage` refuses, and `blob.package` (another mandate's or device's).
 */
export const judgePackage = async ({ act, entry }: VerifiedEntry, blobs: readonly Blob[]): Promise<Refusal | null> => {
  const [blob] = blobs;
  if (act.action.kind !== 'sit' || !act.mandate || !blob) return null;
  const { readKeyPackage } = await loadKeys();
  const read = await readKeyPackage(blob.bytes, entry.time);
  if (read instanceof Refusal) return read;
  const own = equal(read.mandate, act.mandate.hash) && equal(read.device, act.mandate.device);
  return own ? null : new Refusal('blob.package', act.mandate.seat);
};
