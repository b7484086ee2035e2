import { useState } from 'react';
import { useText } from '../messages/use-text.ts';
import { chooseLook, type Look, rememberedLook } from './appearance.ts';
import styles from './Small.module.css';

const looks: readonly Look[] = ['system', 'light', 'dark'];

/** Light, dark, or as the system; remembered in this browser. */
export const Appearance = () => {
  const text = useText();
  const [look, setLook] = useState(rememberedLook);
  const choose = (wish: string) => {
    const found = looks.find((one) => one === wish) ?? 'system';
    chooseLook(found, document.documentElement);
    setLook(found);
  };
  return (
    <select
      className={styles.select}
      aria-label={text('page.look')}
      value={look}
      onChange={(event) => choose(event.target.value)}
    >
      {looks.map((one) => (
        <option key={one} value={one}>
          {text(`page.look.${one}`)}
        </option>
      ))}
    </select>
  );
};
