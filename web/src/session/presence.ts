/** Where a seat says that it appears: transport names by root (hexadecimal). */
export type Announced = ReadonlyMap<number, ReadonlyMap<string, string>>;

/** Who is at an SFU, as that SFU tells. */
export type Seen = {
  readonly delegation: string;
  readonly name: string;
  readonly publishes: boolean;
};

/** Where the circle and the SFUs differ. */
export type Mismatch =
  /** Something publishes at a delegation's SFU, and no seat says that it is its device. */
  | { readonly kind: 'unknown-device'; readonly delegation: string; readonly name: string }
  /** A seat says that it is there, and the SFU does not show it. */
  | { readonly kind: 'missing-device'; readonly delegation: string; readonly seating: number };

/**
 * Compares the devices at the SFUs with the members of the circle, by identity. A silent device without a seat is one
 * that waits in the holding screen: it can decrypt nothing and shows nothing.
 * @param connected SFUs (roots) that are reached from here now; others say nothing
 * @param former where seats, or we ourselves, were until lately (`root name`): an SFU shows what has ended for a while
 */
export const compare = (
  announced: Announced,
  seen: readonly Seen[],
  connected: ReadonlySet<string>,
  own: ReadonlySet<string>,
  former: ReadonlySet<string> = new Set(),
): readonly Mismatch[] => {
  const named = new Set(
    [...announced.values()].flatMap((names) => [...names].map(([root, name]) => `${root} ${name}`)),
  );
  const unknown = seen
    .filter(({ publishes, name }) => publishes && !own.has(name))
    .filter(({ delegation, name }) => !named.has(`${delegation} ${name}`) && !former.has(`${delegation} ${name}`))
    .map(({ delegation, name }) => ({ kind: 'unknown-device' as const, delegation, name }));
  const present = new Set(seen.map(({ delegation, name }) => `${delegation} ${name}`));
  const missing = [...announced].flatMap(([seating, names]) =>
    [...names]
      .filter(([root, name]) => connected.has(root) && !present.has(`${root} ${name}`))
      .map(([delegation]) => ({ kind: 'missing-device' as const, delegation, seating })),
  );
  return [...unknown, ...missing];
};
