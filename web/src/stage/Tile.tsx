import { MicOff } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import type { Actions, ChairView, TileState, TileView } from '../session/view.ts';
import { Meter } from '../ui/Meter.tsx';
import { Picture } from '../ui/Picture.tsx';
import { paints } from '../ui/paints.ts';
import { useRefusalText } from '../ui/RefusalNote.tsx';
import styles from './Tile.module.css';
import { TileMenu } from './TileMenu.tsx';
import { markOf } from './tile-state.ts';

type Props = {
  readonly tile: TileView;
  readonly level: (seating: number) => number;
  readonly chair: ChairView;
  readonly actions: Actions;
};

/** What an empty tile says where its state speaks of what is seen. */
const ofNothing = (state: TileState): TileState => {
  if (state.kind === 'still') return { ...state, kind: 'nothing' };
  return state.kind === 'verified' ? { kind: 'connecting' } : state;
};

/** States in which one may hear them. */
const audible = new Set(['verified', 'still', 'late', 'camera-off', 'sound-only']);
const speakingLevel = 0.06;
const breathMs = 400;

/** One delegate: the picture and nothing over it; below it who this is, whether muted, and whether it is proven. */
export const Tile = ({ tile, level, chair, actions }: Props) => {
  const text = useText();
  const refusalText = useRefusalText();
  const presides = chair.chairs.some((one) => one.seat?.id === tile.seat.id);
  const person = chair.own === 'chair' ? chair.people.find(({ seating: id }) => id === tile.seating) : undefined;
  const { seat, seating, picture, muted } = tile;
  const [seen, setSeen] = useState<MediaStreamTrack | null>(null);
  useEffect(() => {
    if (picture === null) setSeen(null); // the next one may be the same track, and is not there yet
  }, [picture]);
  // Proven frames are on their way, or were; an empty tile says nothing of what is seen.
  const empty = picture !== null && seen !== picture;
  const state = empty ? ofNothing(tile.state) : tile.state;
  const mark = markOf(state, text, refusalText);
  const Icon = mark.icon;
  const frame = useRef<HTMLLIElement>(null);
  const read = useCallback(() => level(seating), [level, seating]);
  useEffect(() => {
    let lastHeard = Number.NEGATIVE_INFINITY;
    return paints(() => {
      const now = performance.now();
      if (read() > speakingLevel) lastHeard = now;
      frame.current?.toggleAttribute('data-speaking', now - lastHeard < breathMs);
    });
  }, [read]);
  return (
    <li ref={frame} className={styles.tile} data-seating={seating} data-state={state.kind} data-tone={mark.tone}>
      <div className={styles.picture}>
        {picture === null ? (
          <div className={styles.plate}>
            <Icon aria-hidden size={40} strokeWidth={1.5} />
            <p>{mark.words}</p>
            {mark.todo === null ? null : <p className={styles.todo}>{mark.todo}</p>}
            {state.kind === 'refused' ? <code>{state.refusal.code}</code> : null}
          </div>
        ) : (
          <Picture track={picture} label={text('tile.picture', { name: seat.name })} onSeen={setSeen} />
        )}
      </div>
      <div className={styles.caption}>
        <p className={styles.name}>
          <span>{seat.name}</span>
          {muted ? (
            <span className={styles.muted}>
              <MicOff aria-hidden size={16} />
              <span>{text('tile.muted')}</span>
            </span>
          ) : audible.has(state.kind) ? (
            <Meter read={read} size="small" />
          ) : null}
        </p>
        {picture === null ? null : (
          <p className={styles.mark}>
            <Icon aria-hidden size={16} />
            <span>{mark.words}</span>
          </p>
        )}
        <p className={styles.of}>
          <span className={styles.function}>{seat.function}, </span>
          {seat.delegation.name}
          {presides ? <span className={styles.chair}> · {text('chair.mark')}</span> : null}
        </p>
        {person ? (
          <div className={styles.menu}>
            <TileMenu person={person} actions={actions} />
          </div>
        ) : null}
        {picture === null || state.kind === 'connecting' || mark.todo === null ? null : (
          <p className={styles.do}>{mark.todo}</p>
        )}
      </div>
    </li>
  );
};
