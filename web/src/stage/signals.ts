import type { TileView } from '../session/view.ts';
import type { Signal } from '../ui/sounds.ts';

const troubled = ({ state }: TileView) => state.kind === 'line-lost' || state.kind === 'mending';

/** The sounds that a change of the tiles calls for, each at most once. */
export const signalsBetween = (before: readonly TileView[], after: readonly TileView[]): readonly Signal[] => {
  const then = new Map(before.map((tile) => [tile.seating, tile]));
  const now = new Set(after.map(({ seating }) => seating));
  const heard = new Set<Signal>();
  for (const tile of after) {
    const was = then.get(tile.seating);
    if (was === undefined) heard.add('sits');
    else if (was.state.kind !== 'line-lost' && tile.state.kind === 'line-lost') heard.add('line-lost');
    else if (troubled(was) && tile.state.kind === 'verified') heard.add('line-back');
  }
  if (before.some(({ seating }) => !now.has(seating))) heard.add('leaves');
  return [...heard];
};
