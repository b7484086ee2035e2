import { Circle, CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../messages/use-text.ts';
import { Button } from '../ui/Button.tsx';
import styles from './AttackRow.module.css';
import { type Attack, runAttack } from './state.ts';

const icons = { idle: Circle, running: LoaderCircle, done: CircleCheck, failed: CircleAlert };

/** One attack: what it is, a button, and what happened, step by step, as it happens. */
export const AttackRow = ({ attack }: { readonly attack: Attack }) => {
  const text = useText();
  const [taken, setTaken] = useState(true);
  const { id, state, steps, needs } = attack;
  const name = text(`attack.${id}`);
  const Icon = icons[state];
  const needed = needs === null ? null : (text.known(`attack.needs.${needs}`) ?? 'attack.needs.other');
  return (
    <article className={styles.attack} aria-label={name}>
      <div className={styles.head}>
        <div>
          <h3>{name}</h3>
          <p className={styles.state} data-state={state} role="status">
            <Icon aria-hidden size={16} />
            {text(`break.state.${state}`)}
          </p>
        </div>
        <Button
          isDisabled={needed !== null}
          isPending={state === 'running'}
          label={text('break.run.for', { attack: name })}
          onPress={() => void runAttack(id).then(setTaken)}
        >
          {text(state === 'idle' ? 'break.run' : state === 'running' ? 'break.state.running' : 'break.again')}
        </Button>
      </div>
      <p className={styles.lead}>{text(`attack.${id}.lead`)}</p>
      {state === 'idle' ? null : (
        <p className={styles.see}>
          <strong>{text('break.see')}</strong> {text(`attack.${id}.see`)}
        </p>
      )}
      {steps.length === 0 ? null : (
        <ol className={styles.steps} aria-live="polite">
          {steps.map((step) => {
            const known = text.known(`attack.step.${step.key}`) ?? 'attack.step.other';
            return (
              <li key={`${step.at} ${step.key}`}>
                <time dateTime={new Date(step.at).toISOString()}>{text.second(step.at)}</time>
                <span>{text(known, { key: step.key, ...step.values })}</span>
              </li>
            );
          })}
        </ol>
      )}
      {needed === null || state === 'running' ? null : (
        <p className={styles.lead}>{text('break.needs', { what: text(needed) })}</p>
      )}
      <div role="alert">{taken ? null : <p>{text('break.no-answer')}</p>}</div>
    </article>
  );
};
