import { useCallback, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import type { Session, StageView } from '../session/view.ts';
import { Heading } from '../ui/Heading.tsx';
import { Sound } from '../ui/Sound.tsx';
import { useDarkRoom } from '../ui/use-dark-room.ts';
import { Announcer } from './Announcer.tsx';
import { Asks } from './Asks.tsx';
import { Clocks } from './Clocks.tsx';
import { CodeCard } from './CodeCard.tsx';
import { Controls } from './Controls.tsx';
import { Facts } from './Facts.tsx';
import { Alerts, News } from './Notices.tsx';
import { OwnPicture } from './OwnPicture.tsx';
import { SoundGate } from './SoundGate.tsx';
import styles from './StageScreen.module.css';
import { useShortcuts } from './shortcuts.ts';
import { Table } from './Table.tsx';
import { useCodeCard } from './use-code-card.ts';
import { useSignals } from './use-signals.ts';

type Props = { readonly view: StageView; readonly session: Session };

/** The table: the counterpart large and still, three facts above, the controls always at the same place below. */
export const StageScreen = ({ view, session }: Props) => {
  const text = useText();
  const { me, tiles, devices } = view;
  const { actions } = session;
  const [blocked, setBlocked] = useState(false);
  const [tries, setTries] = useState(0);
  const card = useCodeCard(view.code);
  useDarkRoom();
  useShortcuts(me, actions);
  useSignals(tiles);
  const onBlocked = useCallback(() => setBlocked(true), []);
  const startSound = () => {
    setBlocked(false);
    setTries(tries + 1);
  };
  return (
    <div className={styles.stage}>
      <header className={styles.top}>
        <Heading>{view.title}</Heading>
        <Clocks startedMs={view.startedMs} />
        <Facts view={view} level={session.levels.microphone} measured={session.levels.measured} />
      </header>
      <aside aria-label={text('stage.alerts')}>
        <Alerts notices={view.notices} away={awayOf(view)} sending={me.sending} code={view.code} />
        <Asks chair={view.chair} actions={actions} />
      </aside>
      <main className={styles.picture} aria-label={text('stage.table')}>
        <Table tiles={tiles} level={session.levels.seating} chair={view.chair} actions={actions} />
        {card.shown ? <CodeCard code={view.code} actions={actions} onClose={card.toggle} /> : null}
      </main>
      <footer className={styles.foot}>
        <div className={styles.notices}>
          {me.microphone || me.talking ? null : <p className={styles.muted}>{text('stage.muted')}</p>}
          {blocked && me.loudspeaker ? <SoundGate onStart={startSound} /> : null}
          <News notices={view.notices} />
        </div>
        <Controls view={view} session={session} code={card} />
        <OwnPicture me={me} devices={devices} />
      </footer>
      {tiles.map(({ seating, sound }) =>
        sound === null ? null : (
          <Sound
            key={seating}
            track={sound}
            muted={!me.loudspeaker}
            speaker={devices.speaker}
            tries={tries}
            onBlocked={onBlocked}
          />
        ),
      )}
      <Announcer view={view} />
    </div>
  );
};

const awayOf = ({ node, host }: StageView) => (node === 'away' ? 'own' : host === 'away' ? 'host' : null);
