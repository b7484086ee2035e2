import { Armchair, DoorOpen, Hand } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../messages/use-text.ts';
import type { Actions, ChairView, DelegationView, KnockView } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import styles from './Asks.module.css';
import { Reason } from './Reason.tsx';

type Props = { readonly chair: ChairView; readonly actions: Actions };

/** What the table asks of chairs: who knocks, whether the meeting is to end. Everybody sees it; chairs answer. */
export const Asks = ({ chair, actions }: Props) => (
  <>
    {chair.knocks.map((knock) => (
      <Knock key={knock.knock} knock={knock} decides={chair.own === 'chair'} actions={actions} />
    ))}
    <Vacant chair={chair} actions={actions} />
    <End chair={chair} actions={actions} />
  </>
);

const Knock = ({
  knock: { knock, seat, yes, waiting },
  decides,
  actions,
}: {
  readonly knock: KnockView;
  readonly decides: boolean;
  readonly actions: Actions;
}) => {
  const text = useText();
  const [refusing, setRefusing] = useState(false);
  const mine = yes.some(({ own }) => own);
  const letIn = waiting.length === 0;
  // Nobody else need know of it until they sit.
  if (letIn && !decides) return null;
  return (
    <section className={styles.ask} aria-label={text('knock.title', { name: seat.name })}>
      <Hand aria-hidden size={24} />
      <div className={styles.words}>
        <p>
          <strong>{text(letIn ? 'knock.in' : 'knock.title', { name: seat.name })}</strong>{' '}
          <span className={styles.quiet}>
            {text('knock.who', { function: seat.function, delegation: seat.delegation.name })}
          </span>
        </p>
        {letIn ? null : (
          <p className={styles.quiet}>
            {yes.length > 0 ? `${text('knock.yes', { names: namesOf(yes, text) })} ` : ''}
            {text('knock.waiting', { names: namesOf(waiting, text) })}
          </p>
        )}
      </div>
      {!decides ? null : refusing ? (
        <Reason
          label={text('knock.reason')}
          send={text('knock.send-no')}
          onSend={(reason) => actions.deny(knock, reason)}
          onBack={() => setRefusing(false)}
        />
      ) : (
        <div className={styles.ways}>
          {mine ? null : (
            <Button weight="main" onPress={() => actions.allow(knock)}>
              {text('knock.allow')}
            </Button>
          )}
          <Button onPress={() => setRefusing(true)}>{text(mine ? 'knock.take-back' : 'knock.deny')}</Button>
        </div>
      )}
    </section>
  );
};

/** The chair of one's own delegation is not there, and one is the next who may take it. */
const Vacant = ({ chair, actions }: Props) => {
  const text = useText();
  if (chair.own !== 'next') return null;
  return (
    <section className={styles.ask} aria-label={text('chair.take')}>
      <Armchair aria-hidden size={24} />
      <div className={styles.words}>
        <p>{text('chair.next')}</p>
      </div>
      <Button onPress={actions.preside}>{text('chair.take')}</Button>
    </section>
  );
};

const End = ({ chair, actions }: Props) => {
  const text = useText();
  if (chair.done.length === 0) return null;
  const mine = chair.done.some(({ own }) => own);
  const waiting = chair.chairs.map(({ delegation }) => delegation).filter(({ root }) => !isIn(chair.done, root));
  return (
    <section className={styles.ask} aria-label={text('end.title')}>
      <DoorOpen aria-hidden size={24} />
      <div className={styles.words}>
        <p>
          <strong>{text('end.done', { names: namesOf(chair.done, text) })}</strong>
        </p>
        <p className={styles.quiet}>{text('end.waiting', { names: namesOf(waiting, text) })}</p>
      </div>
      {chair.own !== 'chair' ? null : (
        <div className={styles.ways}>
          {mine ? (
            <Button onPress={() => actions.close(false)}>{text('end.take-back')}</Button>
          ) : (
            <Button weight="danger" onPress={() => actions.close(true)}>
              {text('end.agree')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
};

const isIn = (delegations: readonly DelegationView[], root: string): boolean =>
  delegations.some((one) => one.root === root);

const namesOf = (delegations: readonly DelegationView[], text: ReturnType<typeof useText>): string =>
  text.list(delegations.map(({ name }) => name));
