import { Armchair, Bot, Circle, UserRound } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../messages/use-text.ts';
import { Button } from '../ui/Button.tsx';
import { type Opened, openSeat } from './open-seat.ts';
import styles from './SeatRow.module.css';
import type { RehearsalSeat } from './state.ts';

const icons = { free: Circle, person: UserRound, 'stand-in': Bot };

/** A seat: whose it is, who sits there now, and the two ways to fill it (a new link each time). */
export const SeatRow = ({ seat }: { readonly seat: RehearsalSeat }) => {
  const text = useText();
  const [opened, setOpened] = useState<Opened>({ kind: 'opened' });
  const Icon = icons[seat.occupied];
  const open = (standIn: boolean) => void openSeat(seat.id, standIn).then(setOpened);
  return (
    <div className={styles.seat}>
      <div>
        <h3>{seat.name}</h3>
        <p className={styles.quiet}>
          {seat.function} · {text(seat.guest ? 'rehearsal.knocks' : `role.${seat.role}`)}
        </p>
        <p className={styles.occupied} data-occupied={seat.occupied} role="status">
          <Icon aria-hidden size={16} />
          {text(`rehearsal.${seat.occupied}`)}
        </p>
      </div>
      <div className={styles.ways}>
        <Button
          weight={seat.occupied === 'free' && !seat.guest ? 'main' : 'plain'}
          icon={Armchair}
          label={text('rehearsal.sit.for', { name: seat.name })}
          onPress={() => open(false)}
        >
          {text('rehearsal.sit')}
        </Button>
        <Button icon={Bot} label={text('rehearsal.let-sit.for', { name: seat.name })} onPress={() => open(true)}>
          {text('rehearsal.let-sit')}
        </Button>
      </div>
      <div role="alert">
        {opened.kind === 'no-link' ? <p>{text('rehearsal.no-link')}</p> : null}
        {opened.kind === 'held' ? (
          <p>
            {text('rehearsal.blocked')}{' '}
            <a href={opened.url} target="_blank" rel="noreferrer">
              {text('rehearsal.open', { name: seat.name })}
            </a>
          </p>
        ) : null}
      </div>
    </div>
  );
};
