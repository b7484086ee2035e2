import { useEffect, useRef } from 'react';
import styles from './Meter.module.css';
import { paints } from './paints.ts';

/** A sound level that moves: quick up, slow down. `read` gives 0..1 and is asked 20 times a second. */
export const Meter = ({ read, size }: { readonly read: () => number; readonly size: 'wide' | 'small' }) => {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let shown = 0;
    return paints(() => {
      shown = Math.max(Math.min(1, read()), shown * 0.8);
      // In fortieths: what does not change is not painted again.
      bar.current?.style.setProperty('--level', String(Math.round(shown * 40) / 40));
    });
  }, [read]);
  return <span ref={bar} aria-hidden className={`${styles.meter} ${styles[size]}`} />;
};
