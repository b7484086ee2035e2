import { useEffect, useRef } from 'react';
import { everyFrame } from './frames.ts';
import styles from './Meter.module.css';

/** A sound level that moves: quick up, slow down. `read` gives 0..1 and is asked every animation frame. */
export const Meter = ({ read, size }: { readonly read: () => number; readonly size: 'wide' | 'small' }) => {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let shown = 0;
    return everyFrame(() => {
      shown = Math.max(Math.min(1, read()), shown * 0.92);
      // In fortieths: what does not change is not painted again.
      bar.current?.style.setProperty('--level', String(Math.round(shown * 40) / 40));
    });
  }, [read]);
  return <span ref={bar} aria-hidden className={`${styles.meter} ${styles[size]}`} />;
};
