import { useText } from '../messages/use-text.ts';
import { AttackRow } from './AttackRow.tsx';
import styles from './Break.module.css';
import card from './card.module.css';
import type { Attack } from './state.ts';

/** The third card: real attacks against the running rehearsal. */
export const Break = ({ attacks }: { readonly attacks: readonly Attack[] }) => {
  const text = useText();
  return (
    <section className={card.card} aria-label={text('break.title')}>
      <header>
        <h2>{text('break.title')}</h2>
        <p className={card.quiet}>{text('break.lead')}</p>
      </header>
      <div className={styles.attacks}>
        {attacks.map((attack) => (
          <AttackRow key={attack.id} attack={attack} />
        ))}
      </div>
    </section>
  );
};
