import { Circle, CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { ProofStep } from '../session/view.ts';
import { RefusalNote } from '../ui/RefusalNote.tsx';
import styles from './Proofs.module.css';

const icons = { waiting: Circle, working: LoaderCircle, done: CircleCheck, failed: CircleX };

/** What is being proven before anyone can sit, line by line: a word and a shape for each, not only a colour. */
export const Proofs = ({ proofs }: { readonly proofs: readonly ProofStep[] }) => {
  const text = useText();
  return (
    <section className={styles.proofs} aria-labelledby="proofs">
      <h2 id="proofs">{text('proof.title')}</h2>
      <ol>
        {proofs.map(({ step, state, refusal }) => {
          const Icon = icons[state];
          return (
            <li key={step} data-state={state}>
              <Icon aria-hidden size={20} />
              <span>{text(`proof.${step}`)}</span>
              <span className={styles.state}>{text(`proof.state.${state}`)}</span>
              {refusal === null ? null : (
                <div className={styles.refusal} role="alert">
                  <RefusalNote code={refusal.code} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
};
