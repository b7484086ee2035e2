import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Fact.module.css';

type Props = {
  readonly icon: LucideIcon;
  /** What is well is outlined; what needs an eye (`muted`, `warning`) is filled. */
  readonly tone: 'plain' | 'heard' | 'proven' | 'muted' | 'warning';
  readonly words: string;
  /** What follows the words where there is room. */
  readonly detail?: string;
  readonly children?: ReactNode;
};

/** One fact: a shape, a word and a colour. */
export const Fact = ({ icon: Icon, tone, words, detail, children }: Props) => (
  <li className={`${styles.fact} ${styles[tone]}`}>
    <Icon aria-hidden size={20} />
    <span>
      {words}
      {detail === undefined ? null : <span className={styles.detail}>: {detail}</span>}
    </span>
    {children}
  </li>
);
