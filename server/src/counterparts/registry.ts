import { type Bytes, equal, Refusal, toHex } from '@parley/protocol/bytes';
import { type Issuer, type Pins, verifyCertificate } from '@parley/protocol/identity';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { Clock } from '../clock.ts';
import type { AddressGuard } from '../doors/peer/address.ts';
import { type PeerClient, peerClient, SaidRefusal } from '../doors/peer/client.ts';
import type { Identity } from '../identity/files.ts';
import { type Pinned, pinsOf } from './pinned.ts';

/** The counterparts whose roots are pinned now: by which key each signs, and how it is asked. */
export type Counterparts = {
  /** Pinned roots, one's own among them. */
  readonly pins: () => Pins;
  readonly pinned: () => readonly Pinned[];
  /** The issuing key of a pinned root (hex) with the highest serial that was seen, or null. */
  readonly keyOf: (root: string) => Bytes | null;
  /** Takes note of issuing keys whose certificates were verified. */
  readonly learn: (issuers: Iterable<Issuer>) => void;
  /** Asks a counterpart's node (root in hex), in this node's name. */
  readonly ask: (root: string, request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** Asks a counterpart (root in hex) for a newer certificate than is known, now and then at most. */
  readonly renew: (root: string) => Promise<void>;
  /** Takes over who is pinned now: a new one can be asked from here on, one that is gone no more. */
  readonly pin: (pinned: readonly Pinned[]) => void;
  readonly close: () => void;
};

type Known = { readonly pinned: Pinned; readonly client: PeerClient };

/** How often a counterpart is asked for its certificate, whoever sends what in its name. */
const RENEW_MS = 5_000;

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
  const renewed = new Map<string, number>();
  const renew = async (root: string): Promise<void> => {
    const client = known.get(root)?.client;
    if (!client || clock.elapsed() - (renewed.get(root) ?? -RENEW_MS) < RENEW_MS) return;
    renewed.set(root, clock.elapsed());
    const certificate = await client.certificate();
    if (certificate instanceof Refusal) return;
    const issuer = await verifyCertificate(pins, certificate, clock.now());
    if (!(issuer instanceof Refusal)) learn([issuer]);
  };
  const forget = (root: string): void => {
    known.get(root)?.client.close();
    known.delete(root);
  };
  const isSame = (one: Pinned, other: Pinned): boolean => one.peer === other.peer && equal(one.root, other.root);

  return {
    pins: () => pins,
    pinned: () => Array.from(known.values(), ({ pinned }) => pinned),
    keyOf,
    learn,
    ask: async (root, request) => {
      const client = known.get(root)?.client;
      if (!client) return new Refusal('peer.unknown-root', root);
      const answer = await client.ask(request);
      // Signed by a key that is newer here than what is known of it: whoever asks again may be answered.
      if (answer instanceof Refusal && !(answer instanceof SaidRefusal) && answer.code === 'peer.forged')
        await renew(root);
      return answer;
    },
    renew,
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
