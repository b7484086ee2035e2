import type { TileView } from '../session/view.ts';

/** How the tiles stand: one large and a strip beside it, or all of one size. */
export type Arrangement =
  | { readonly kind: 'empty' }
  | { readonly kind: 'principal'; readonly large: TileView; readonly strip: readonly TileView[] }
  | { readonly kind: 'equal'; readonly tiles: readonly TileView[] };

/**
 * With one counterpart its principal is large and everyone else stands in a strip, the counterpart first; with more
 * counterparts all tiles are equal, by delegation. Within a delegation the order is that of sitting, so that no tile
 * changes its place by itself.
 */
export const arrange = (tiles: readonly TileView[]): Arrangement => {
  const inOrder = tiles.toSorted((a, b) => a.seating - b.seating);
  const own = inOrder.filter(({ seat }) => seat.delegation.own);
  const counterparts = Map.groupBy(
    inOrder.filter(({ seat }) => !seat.delegation.own),
    ({ seat }) => seat.delegation.root,
  );
  const others = [...counterparts.values()].flat();
  if (counterparts.size > 1) return { kind: 'equal', tiles: [...others, ...own] };
  const all = [...others, ...own];
  const large = others.find(({ seat }) => seat.role === 'principal') ?? all[0];
  if (large === undefined) return { kind: 'empty' };
  return { kind: 'principal', large, strip: all.filter((tile) => tile !== large) };
};

/**
 * Columns for a number of equal tiles.
 *
 * @param shape whether the room for them is wider than high
 */
export const columns = (count: number, shape: 'wide' | 'high'): number => {
  if (shape === 'wide') return Math.max(1, Math.ceil(Math.sqrt(count)));
  return count <= 2 ? 1 : 2;
};
