import type { ReactNode } from 'react';
import { Appearance } from './Appearance.tsx';
import { LanguageChoice } from './LanguageChoice.tsx';
import styles from './Paper.module.css';

type Props = {
  /** `narrow`: one thought in the middle. `wide`: columns. */
  readonly width: 'narrow' | 'wide';
  readonly children: ReactNode;
};

/** A paper-like page: light or dark as the system or the person wants, in the person's language. */
export const Paper = ({ width, children }: Props) => (
  <div className={styles.paper}>
    <header className={styles.head}>
      <span className={styles.mark}>Parley</span>
      <LanguageChoice />
      <Appearance />
    </header>
    <main className={`${styles.body} ${styles[width]}`}>{children}</main>
  </div>
);
