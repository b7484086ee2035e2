import { useText } from '../messages/use-text.ts';
import card from './card.module.css';
import { SeatRow } from './SeatRow.tsx';
import type { RehearsalDelegation } from './state.ts';

/** The first eight bytes, in fours: enough to tell two roots apart, not to pin one. */
const brief = (root: string) => (root.slice(0, 16).match(/.{4}/g) ?? []).join(' ');

/** One delegation: what it is, its root, and its seats. */
export const DelegationCard = ({ delegation }: { readonly delegation: RehearsalDelegation }) => {
  const text = useText();
  return (
    <section className={card.card} aria-label={delegation.name}>
      <header>
        <h2>{delegation.name}</h2>
        <p className={card.quiet}>{text(delegation.host ? 'rehearsal.host' : 'rehearsal.guest')}</p>
        <p className={card.root} title={delegation.root}>
          {text('rehearsal.root')} {brief(delegation.root)} …
        </p>
      </header>
      <div className={card.rows}>
        {delegation.seats.map((seat) => (
          <SeatRow key={seat.id} seat={seat} />
        ))}
      </div>
    </section>
  );
};
