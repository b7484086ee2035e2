import { WifiOff } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import { Heading } from '../ui/Heading.tsx';
import { Paper } from '../ui/Paper.tsx';
import { Break } from './Break.tsx';
import { DelegationCard } from './DelegationCard.tsx';
import { Records } from './Records.tsx';
import styles from './RehearsalPage.module.css';
import { type RehearsalView, useRehearsal } from './state.ts';

/** The rehearsal's page, kept up to date by its door. */
export const LiveRehearsal = () => <RehearsalPage view={useRehearsal()} />;

/** All delegations' seats as cards, and one more for whoever wants to break it. */
export const RehearsalPage = ({ view }: { readonly view: RehearsalView }) => {
  const text = useText();
  const { rehearsal, reached } = view;
  return (
    <Paper width="wide">
      <title>{`${text('rehearsal.title')} · Parley`}</title>
      <header className={styles.head}>
        <Heading>{text('rehearsal.title')}</Heading>
        <p>{text('rehearsal.lead', { count: rehearsal?.delegations.length ?? 2 })}</p>
      </header>
      <div role="status">
        {reached ? null : (
          <p className={styles.offline}>
            <WifiOff aria-hidden size={24} />
            {text('rehearsal.offline')}
          </p>
        )}
        {reached && rehearsal === null ? <p>{text('page.loading')}</p> : null}
      </div>
      {rehearsal === null ? null : (
        <div className={styles.cards}>
          {rehearsal.delegations.length === 0 ? <p>{text('rehearsal.empty')}</p> : null}
          {rehearsal.delegations.map((delegation) => (
            <DelegationCard key={delegation.root} delegation={delegation} />
          ))}
          <Break attacks={rehearsal.attacks} />
          {rehearsal.delegations.length === 0 ? null : <Records delegations={rehearsal.delegations} />}
        </div>
      )}
    </Paper>
  );
};
