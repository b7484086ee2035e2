import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import type { Actions, ChairView, TileView } from '../session/view.ts';
import { arrange, columns } from './arrangement.ts';
import styles from './Table.module.css';
import { Tile } from './Tile.tsx';

type Props = {
  readonly tiles: readonly TileView[];
  readonly level: (seating: number) => number;
  readonly chair: ChairView;
  readonly actions: Actions;
};

/** Custom properties that the style sheet reckons the tiles' size from. */
const counts = (count: number, wide: number, high: number) =>
  // React's type knows no custom properties.
  ({ '--count': count, '--wide-columns': wide, '--high-columns': high }) as CSSProperties;

/** Everyone else at the table. */
export const Table = ({ tiles, ...table }: Props) => {
  const text = useText();
  const arrangement = arrange(tiles);
  switch (arrangement.kind) {
    case 'empty':
      return (
        <div className={styles.empty}>
          <p>{text('stage.alone')}</p>
          <p>{text('stage.alone.do')}</p>
        </div>
      );
    case 'equal': {
      const count = arrangement.tiles.length;
      return (
        <Room>
          <ul className={styles.grid} style={counts(count, columns(count, 'wide'), columns(count, 'high'))}>
            {arrangement.tiles.map((tile) => (
              <Tile key={tile.seating} tile={tile} {...table} />
            ))}
          </ul>
        </Room>
      );
    }
    case 'principal': {
      const { large, strip } = arrangement;
      return (
        <div className={styles.principal} data-strip={strip.length > 3 ? 'broad' : strip.length > 0 ? 'slim' : 'none'}>
          <div className={styles.room}>
            <ul className={styles.grid} style={counts(1, 1, 1)}>
              <Tile key={large.seating} tile={large} {...table} />
            </ul>
          </div>
          {strip.length === 0 ? null : (
            <Room>
              <ul className={styles.grid} style={counts(strip.length, strip.length > 3 ? 2 : 1, 2)}>
                {strip.map((tile) => (
                  <Tile key={tile.seating} tile={tile} {...table} />
                ))}
              </ul>
            </Room>
          )}
        </div>
      );
    }
  }
};

/** Room for tiles. Where they have to scroll, since the window is small, the keyboard can reach the room. */
const Room = ({ children }: { readonly children: ReactNode }) => {
  const text = useText();
  const room = useRef<HTMLElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = room.current;
    if (element === null) return;
    const watching = new ResizeObserver(() => setScrolls(element.scrollHeight > element.clientHeight));
    watching.observe(element);
    for (const child of element.children) watching.observe(child);
    return () => watching.disconnect();
  }, []);
  return (
    <section
      ref={room}
      className={styles.room}
      {...(scrolls ? { tabIndex: 0, 'aria-label': text('stage.others') } : {})}
    >
      {children}
    </section>
  );
};
