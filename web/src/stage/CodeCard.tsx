import { numberText } from '@parley/protocol/words';
import { Check, X } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { Actions, CodeView, SeatView } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { RefusalNote } from '../ui/RefusalNote.tsx';
import styles from './CodeCard.module.css';
import { useWords } from './use-words.ts';

type Props = { readonly code: CodeView; readonly actions: Actions; readonly onClose: () => void };

/** The table's code: what it is for, its making, the code itself, and what came of reading it aloud. */
export const CodeCard = ({ code, actions, onClose }: Props) => {
  const text = useText();
  const { round, standing, open, unfinished } = code;
  return (
    <section className={styles.card} aria-label={text('code.title')}>
      <div className={styles.head}>
        <h2>{text('code.title')}</h2>
        <Button icon={X} onPress={onClose}>
          {text('code.close')}
        </Button>
      </div>
      {round?.kind === 'broken' ? (
        <>
          <p>{text('code.broken', { names: namesOf(round.suspects, text) })}</p>
          <RefusalNote code={round.refusal.code} />
        </>
      ) : null}
      {round?.kind === 'making' ? <p>{makingText(round, text)}</p> : null}
      {round === null && standing !== null ? <Standing standing={standing} actions={actions} /> : null}
      {round === null && standing === null ? <p>{text(open ? 'code.lead' : 'code.alone')}</p> : null}
      {round === null && unfinished.length > 0 ? (
        <p className={styles.warning}>{text('code.unfinished', { names: namesOf(unfinished, text) })}</p>
      ) : null}
      {round === null && open ? (
        <div className={styles.ways}>
          <Button weight={standing === null ? 'main' : 'plain'} onPress={actions.makeCode}>
            {text(standing === null ? 'code.make' : 'code.make-new')}
          </Button>
        </div>
      ) : null}
    </section>
  );
};

type Text = ReturnType<typeof useText>;

const namesOf = (seats: readonly SeatView[], text: Text): string => text.list(seats.map(({ name }) => name));

const makingText = (
  { by, missing }: Extract<NonNullable<CodeView['round']>, { readonly kind: 'making' }>,
  text: Text,
): string => {
  const asked = by ? text('code.asked', { name: by.name }) : text('code.making');
  return missing.length === 0 ? asked : `${asked} ${text('code.waiting', { names: namesOf(missing, text) })}`;
};

const Standing = ({
  standing,
  actions,
}: {
  readonly standing: NonNullable<CodeView['standing']>;
  readonly actions: Actions;
}) => {
  const text = useText();
  const words = useWords(standing.numbers, text.language);
  const digits = standing.numbers.map(numberText);
  const { own, same, uncovered } = standing;
  return (
    <>
      {own === null ? <p>{text('code.read')}</p> : null}
      {words === 'none' || words === null ? null : (
        <ol className={styles.words}>
          {words.map((word, n) => (
            <li key={n}>{word}</li>
          ))}
        </ol>
      )}
      <p className={words === 'none' ? styles.digits : styles.small}>
        {words === 'none' ? null : <span>{text('code.digits')} </span>}
        <bdi dir="ltr">{digits.join(' ')}</bdi>
      </p>
      <div className={styles.ways}>
        {own === 'same' ? null : (
          <Button weight={own === null ? 'main' : 'plain'} icon={Check} onPress={() => actions.compareCode(true)}>
            {text('code.same')}
          </Button>
        )}
        {own === 'different' ? null : (
          <Button weight={own === null ? 'danger' : 'plain'} icon={X} onPress={() => actions.compareCode(false)}>
            {text('code.different')}
          </Button>
        )}
      </div>
      {same.length > 0 ? <p className={styles.said}>{text('code.said-same', { names: namesOf(same, text) })}</p> : null}
      {uncovered.length > 0 ? (
        <p className={styles.warning}>{text('code.uncovered', { names: namesOf(uncovered, text) })}</p>
      ) : null}
    </>
  );
};
