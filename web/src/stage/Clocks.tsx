import { useText } from '../messages/use-text.ts';
import styles from './Clocks.module.css';
import { useNow } from './use-now.ts';

const two = (n: number) => String(n).padStart(2, '0');

/** Hours, minutes and seconds since a moment, "1:02:09". */
const since = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

/** Two clocks: the time here, and how long one has sat. */
export const Clocks = ({ startedMs }: { readonly startedMs: number }) => {
  const text = useText();
  const now = useNow();
  return (
    <dl className={styles.clocks}>
      <div>
        <dt>{text('stage.clock.here')}</dt>
        <dd>{text.time(now)}</dd>
      </div>
      <div>
        <dt>{text('stage.clock.since')}</dt>
        <dd>{since(now - startedMs)}</dd>
      </div>
    </dl>
  );
};
