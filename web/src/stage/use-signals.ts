import { useEffect, useRef } from 'react';
import type { TileView } from '../session/view.ts';
import { play } from '../ui/sounds.ts';
import { signalsBetween } from './signals.ts';

/** Plays the sounds of the stage: admitted once, then who sits and leaves, and lines lost and back. */
export const useSignals = (tiles: readonly TileView[]): void => {
  const last = useRef<readonly TileView[] | null>(null);
  useEffect(() => {
    if (last.current === null) play('admitted');
    else for (const signal of signalsBetween(last.current, tiles)) play(signal);
    last.current = tiles;
  }, [tiles]);
};
