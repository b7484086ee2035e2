import { chooseLanguage, languages } from '../messages/languages.ts';
import { useText } from '../messages/use-text.ts';
import styles from './Small.module.css';

/** Which language the page speaks; remembered in this browser. */
export const LanguageChoice = () => {
  const text = useText();
  return (
    <select
      className={styles.select}
      aria-label={text('page.language')}
      value={text.language}
      onChange={(event) => void chooseLanguage(event.target.value, document)}
    >
      {languages.map((language) => (
        <option key={language.tag} value={language.tag} lang={language.tag}>
          {language.name}
        </option>
      ))}
    </select>
  );
};
