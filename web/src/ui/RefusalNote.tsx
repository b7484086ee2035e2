import { CircleAlert } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import styles from './RefusalNote.module.css';

/** The catalogue's sentence for a refusal: its own, else its area's (the first word of the code), else the last one. */
export const useRefusalText = () => {
  const text = useText();
  return (code: string): string => {
    const area = code.split('.')[0] ?? '';
    return text(text.known(`refusal.${code}`, `refusal.area.${area}`) ?? 'refusal.other');
  };
};

/** What happened, what Parley did, what to do now; the code small behind it. */
export const RefusalNote = ({
  code,
  tone = 'danger',
}: {
  readonly code: string;
  readonly tone?: 'danger' | 'warning';
}) => {
  const sentence = useRefusalText();
  return (
    <p className={`${styles.note} ${styles[tone]}`}>
      <CircleAlert aria-hidden size={24} />
      <span>
        {sentence(code)} <code className={styles.code}>{code}</code>
      </span>
    </p>
  );
};
