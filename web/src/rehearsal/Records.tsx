import { Download, ShieldCheck } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import card from './card.module.css';
import styles from './Records.module.css';
import type { RehearsalDelegation } from './state.ts';

/** The record of what was played until now, as each side's node holds it, and the page that checks one. */
export const Records = ({ delegations }: { readonly delegations: readonly RehearsalDelegation[] }) => {
  const text = useText();
  return (
    <section className={card.card} aria-label={text('records.title')}>
      <header>
        <h2>{text('records.title')}</h2>
        <p className={card.quiet}>{text('records.lead')}</p>
      </header>
      <div className={styles.ways}>
        {delegations.map(({ root, name }) => (
          <a key={root} className={styles.way} href={`/api/record/${root}`} download={`${name}.parley`}>
            <Download aria-hidden size={20} />
            {text('records.save', { name })}
          </a>
        ))}
        <a className={styles.way} href="/record.html" target="_blank" rel="noreferrer">
          <ShieldCheck aria-hidden size={20} />
          {text('records.check')}
        </a>
      </div>
    </section>
  );
};
