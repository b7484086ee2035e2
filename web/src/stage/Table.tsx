import type { CSSProperties } from 'react';
import { useText } from '../messages/use-text.ts';
import type { TileView } from '../session/view.ts';
import { arrange, columns } from './arrangement.ts';
import styles from './Table.module.css';
import { Tile } from './Tile.tsx';

type Props = { readonly tiles: readonly TileView[]; readonly level: (seating: number) => number };

/** Custom properties that the style sheet reckons the tiles' size from. */
const counts = (count: number, wide: number, high: number) =>
  // React's type knows no custom properties.
  ({ '--count': count, '--wide-columns': wide, '--high-columns': high }) as CSSProperties;

/** Everyone else at the table. */
export const Table = ({ tiles, level }: Props) => {
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
        <div className={styles.room}>
          <ul className={styles.grid} style={counts(count, columns(count, 'wide'), columns(count, 'high'))}>
            {arrangement.tiles.map((tile) => (
              <Tile key={tile.seating} tile={tile} level={level} />
            ))}
          </ul>
        </div>
      );
    }
    case 'principal': {
      const { large, strip } = arrangement;
      return (
        <div className={styles.principal} data-strip={strip.length > 3 ? 'broad' : strip.length > 0 ? 'slim' : 'none'}>
          <div className={styles.room}>
            <ul className={styles.grid} style={counts(1, 1, 1)}>
              <Tile key={large.seating} tile={large} level={level} />
            </ul>
          </div>
          {strip.length === 0 ? null : (
            <div className={styles.room}>
              <ul className={styles.grid} style={counts(strip.length, strip.length > 3 ? 2 : 1, 2)}>
                {strip.map((tile) => (
                  <Tile key={tile.seating} tile={tile} level={level} />
                ))}
              </ul>
            </div>
          )}
        </div>
      );
    }
  }
};
