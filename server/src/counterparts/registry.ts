import { type Bytes, equal, Refusal, toHex } from '@parley/protocol/bytes';
import type { Issuer, Pins } from '@parley/protocol/identity';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { Clock } from '../clock.ts';
import type { AddressGuard } from '../doors/peer/address.ts';
import { type PeerClient, peerClient } from '../doors/peer/client.ts';
import type { Identity } from '../identity/files.ts';
import { type Pinned, pinsOf } from './pinned.ts';

/** The counterparts whose roots are pinned now: by which key each signs, and how it is asked. */
export type Counterparts = {
  /** Pinned roots, one's own among them. */
  readonly pins: () => Pins;
  readonly isPinned: (root: string) => boolean;
  /** The issuing key of a pinned root (hex) with the highest serial that was seen, or null. */
  readonly keyOf: (root: string) => Bytes | null;
  /** Takes note of issuing keys whose certificates were verified. */
  readonly learn: (issuers: Iterable<Issuer>) => void;
  /** Asks a counterpart's node (root in hex), in this node's name. */
  readonly ask: (root: string, request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** Takes over who is pinned now: a new one can be asked from here on, one that is gone no more. */
  readonly pin: (pinned: readonly Pinned[]) => void;
  readonly close: () => void;
};

type Known = { readonly pinned: Pinned; readonly client: PeerClient };

export const openCounterparts = ({
  own,
  guard,
  clock,
}: {
  readonly own: Identity;
  readonly guard: AddressGuard;
  readonly clock: Clock;
}): Counterparts => {
  const known = new Map<string, Known>();
  const issuers = new Map<string, Issuer>();
  let pins = pinsOf(own, []);
  const keyOf = (root: string): Bytes | null => (known.has(root) ? (issuers.get(root)?.key ?? null) : null);
  const learn = (given: Iterable<Issuer>): void => {
    for (const issuer of given) {
      const root = toHex(issuer.root);
      if (issuer.serial > (issuers.get(root)?.serial ?? -1)) issuers.set(root, issuer);
    }
  };
  const forget = (root: string): void => {
    known.get(root)?.client.close();
    known.delete(root);
  };
  const isSame = (one: Pinned, other: Pinned): boolean => one.peer === other.peer && equal(one.root, other.root);

  return {
    pins: () => pins,
    isPinned: (root) => known.has(root),
    keyOf,
    learn,
    ask: (root, request) =>
      known.get(root)?.client.ask(request) ?? Promise.resolve(new Refusal('peer.unknown-root', root)),
    pin: (all) => {
      const wanted = new Map(all.map((one) => [toHex(one.root), one] as const));
      for (const [root, { pinned }] of [...known]) {
        const now = wanted.get(root);
        if (!now || !isSame(now, pinned)) forget(root);
      }
      for (const [root, pinned] of wanted) {
        if (pinned.issuer) learn([pinned.issuer]);
        if (known.has(root)) continue;
        const peer = { root: pinned.root, origin: pinned.peer };
        known.set(root, { pinned, client: peerClient({ own, peer, keyOf, guard, clock }) });
      }
      pins = pinsOf(own, all);
    },
    close: () => {
      for (const root of [...known.keys()]) forget(root);
    },
  };
};
