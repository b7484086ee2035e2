import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { type Issuer, openIntroduction, type Pins } from '@parley/protocol/identity';
import type { CounterpartConfig, NodeConfig } from '../config/config.ts';
import type { Identity } from '../identity/files.ts';
import type { Confirmation, CounterpartStore } from '../store/counterparts.ts';

/** A delegation whose root is pinned here. `issuer`: the issuing key that it presented itself with. */
export type Pinned = CounterpartConfig & { readonly issuer: Issuer | null };

/** A delegation that was introduced: what it said of itself, and whether the words were compared. */
export type Introduced = Pinned & {
  readonly issuer: Issuer;
  /** When it presented itself so, in ms. */
  readonly at: number;
  readonly confirmation: Confirmation | null;
};

/** All who were introduced to a node. Throws where the store does not hold what was put into it. */
export const introducedIn = async (store: CounterpartStore): Promise<readonly Introduced[]> => {
  const rows = await store.counterparts();
  return Promise.all(
    rows.map(async ({ introduction, read, confirmation }) => {
      const opened = await openIntroduction(introduction, read);
      if (opened instanceof Refusal) throw new Error(`the store holds an introduction that is none: ${opened.code}`);
      const { root, keys, name, peer, issuer, at } = opened;
      return { root, keys, name, peer, issuer, at, confirmation };
    }),
  );
};

/** Whose roots are pinned: by the configuration, or by an introduction whose words were compared. */
export const pinnedIn = async (config: NodeConfig, store: CounterpartStore): Promise<readonly Pinned[]> => {
  const configured = config.counterparts.map((one) => ({ ...one, issuer: null }));
  const names = new Set(configured.map((one) => toHex(one.root)));
  const introduced = await introducedIn(store);
  return [...configured, ...introduced.filter((one) => one.confirmation && !names.has(toHex(one.root)))];
};

/** Roots by fingerprint (hex): of these, and one's own. */
export const pinsOf = (
  own: Pick<Identity, 'root' | 'keys'>,
  pinned: readonly { readonly root: Bytes; readonly keys: Identity['keys'] }[],
): Pins => new Map([own, ...pinned].map(({ root, keys }) => [toHex(root), keys] as const));

/** Names by root (hex): one's own delegation's, and those by which counterparts are pinned. */
export const namesOf = (
  { name }: Pick<NodeConfig, 'name'>,
  own: Pick<Identity, 'root'>,
  pinned: readonly { readonly root: Bytes; readonly name: string }[],
): ReadonlyMap<string, string> =>
  new Map([{ root: own.root, name }, ...pinned].map((one) => [toHex(one.root), one.name]));
