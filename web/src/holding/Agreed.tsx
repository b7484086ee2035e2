import { useText } from '../messages/use-text.ts';
import type { SeatView, View } from '../session/view.ts';
import styles from './Agreed.module.css';

type Props = {
  readonly seats: readonly SeatView[];
  readonly own: SeatView;
  readonly record: Extract<View, { kind: 'holding' }>['record'];
};

/** What is kept and the seats of the signed call sheet, by delegation. Nobody's presence: that is for those who sit. */
export const Agreed = ({ seats, own, record }: Props) => {
  const text = useText();
  const delegations = [...new Map(seats.map(({ delegation }) => [delegation.root, delegation])).values()];
  return (
    <section className={styles.agreed} aria-labelledby="agreed">
      <h2 id="agreed">{text('agreed.title')}</h2>
      {delegations.map((delegation) => (
        <div key={delegation.root}>
          <h3>{delegation.own ? text('agreed.own', { name: delegation.name }) : delegation.name}</h3>
          <ul>
            {seats
              .filter((seat) => seat.delegation.root === delegation.root)
              .map((seat) => (
                <li key={seat.id} data-own={seat.id === own.id && seat.delegation.own}>
                  <span>
                    {seat.id === own.id && seat.delegation.own ? text('agreed.you', { name: seat.name }) : seat.name}
                  </span>
                  <span className={styles.function}>{seat.function}</span>
                </li>
              ))}
          </ul>
        </div>
      ))}
      <p>{text(`kept.${record}`)}</p>
      <p className={styles.note}>{text('agreed.no-presence')}</p>
    </section>
  );
};
