import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as Press } from 'react-aria-components/Button';
import styles from './Button.module.css';

type Props = {
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
  readonly onPress?: () => void;
  /** What screen readers say instead of the words, beginning with them ("Sit here as Ada"). */
  readonly label?: string;
  /** `main`: the one thing to do here. `plain`: everything else. */
  readonly weight?: 'main' | 'plain' | 'danger';
  readonly isDisabled?: boolean;
  readonly isPending?: boolean;
  readonly autoFocus?: boolean;
};

/** A button with words, at least 44 px high. While pending it stays where it is and can be focused. */
export const Button = ({ icon: Icon, children, label, onPress, weight = 'plain', ...press }: Props) => (
  <Press
    {...press}
    onPress={() => onPress?.()}
    {...(label === undefined ? {} : { 'aria-label': label })}
    className={`${styles.button} ${styles[weight]}`}
  >
    {Icon === undefined ? null : <Icon aria-hidden size={20} />}
    <span>{children}</span>
  </Press>
);
