import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import styles from './Choice.module.css';

type Props = {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChoose: (value: string) => void;
  /** Stands under the field: what is the matter, or what moves (a meter). */
  readonly children?: ReactNode;
};

/** One choice of a few: the system's own list, which every hand, phone and screen reader knows. */
export const Choice = ({ label, icon, value, options, onChoose, children }: Props) => {
  const id = useId();
  return (
    <div className={styles.choice}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <span className={styles.field} data-icon={icon !== undefined}>
        {icon}
        <select id={id} value={value} onChange={(event) => onChoose(event.target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden size={20} />
      </span>
      {children}
    </div>
  );
};
