import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Heading.module.css';

/**
 * A screen's first heading. When a new screen comes and the focus has gone with the old one, it begins here, so that
 * keyboards and screen readers do not start at nothing.
 */
export const Heading = ({ children }: { readonly children: ReactNode }) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} className={styles.heading}>
      {children}
    </h1>
  );
};
