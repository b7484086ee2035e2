import { type Bytes, encode, equal, hash } from '../bytes/index.ts';
import type { Occupant } from './leaf.ts';

/** One seating that a circle is to hold, as the log says it. */
export type Seated = {
  /** Sequence number of the sit entry. */
  readonly seating: number;
  /** Hash of the mandate, 32 bytes. */
  readonly mandate: Bytes;
  /** The device's Ed25519 public key, from the mandate. */
  readonly device: Bytes;
  /** Hash of the KeyPackage, from the sit entry. */
  readonly keyPackage: Bytes;
};

/** A seating in a leaf. */
export type Leaf = Seated & {
  /** Index of the leaf. */
  readonly leaf: number;
};

/** No circle is larger. */
export const MOST_MEMBERS = 256;

/** hash("roster", encode([{seating, mandate, keyPackage}])), by rising seating. */
export const rosterHash = (roster: readonly Pick<Seated, 'seating' | 'mandate' | 'keyPackage'>[]): Bytes =>
  hash(
    'roster',
    encode(
      [...roster]
        .sort((a, b) => a.seating - b.seating)
        .map(({ seating, mandate, keyPackage }) => ({ seating, mandate, keyPackage })),
    ),
  );

/** What is wrong with a roster by itself, in a few words; null when nothing is. */
export const faultOfRoster = (roster: readonly Seated[]): string | null => {
  if (roster.length === 0 || roster.length > MOST_MEMBERS) return `${roster.length} seatings`;
  for (const [n, one] of roster.entries())
    for (const other of roster.slice(n + 1)) {
      if (one.seating === other.seating) return `seating ${one.seating} stands twice`;
      if (equal(one.mandate, other.mandate)) return `seatings ${one.seating} and ${other.seating}: one mandate`;
      if (equal(one.device, other.device)) return `seatings ${one.seating} and ${other.seating}: one device`;
    }
  return null;
};

const same = (a: Seated, b: Seated) =>
  a.seating === b.seating &&
  equal(a.mandate, b.mandate) &&
  equal(a.device, b.device) &&
  equal(a.keyPackage, b.keyPackage);

/** What leads from the leaves of a circle to a roster. A seating taken anew is a removal and an add. */
export const difference = (
  leaves: readonly Leaf[],
  roster: readonly Seated[],
): { readonly adds: readonly Seated[]; readonly removes: readonly Leaf[] } => ({
  adds: roster.filter((one) => !leaves.some((leaf) => same(leaf, one))),
  removes: leaves.filter((leaf) => !roster.some((one) => same(leaf, one))),
});

/** The leaves of a tree with their seatings, or a few words about how tree and roster differ. */
export const matchRoster = (occupants: readonly Occupant[], roster: readonly Seated[]): readonly Leaf[] | string => {
  if (occupants.length !== roster.length) return `${occupants.length} leaves for ${roster.length} seatings`;
  const leaves: Leaf[] = [];
  for (const occupant of occupants) {
    const one = roster.find((seated) => equal(seated.mandate, occupant.mandate));
    if (!one) return `leaf ${occupant.leaf} is nobody on the roster`;
    if (!equal(one.device, occupant.device)) return `leaf ${occupant.leaf} has another device's key`;
    if (leaves.some((leaf) => leaf.seating === one.seating)) return `seating ${one.seating} has two leaves`;
    leaves.push({ leaf: occupant.leaf, ...one });
  }
  return leaves;
};
