import { useText } from '../messages/use-text.ts';
import type { View } from '../session/view.ts';
import { Heading } from '../ui/Heading.tsx';
import { Paper } from '../ui/Paper.tsx';
import styles from './UnableScreen.module.css';

/** The browser lacks something that Parley cannot do without: what, and which browser to take instead. */
export const UnableScreen = ({ view }: { readonly view: Extract<View, { kind: 'unable' }> }) => {
  const text = useText();
  return (
    <Paper width="narrow">
      <Heading>{text('unable.title')}</Heading>
      <p>{text('unable.lead')}</p>
      <p>{text('unable.instead')}</p>
      <section className={styles.missing} aria-labelledby="missing">
        <h2 id="missing">{text('unable.missing')}</h2>
        <ul>
          {view.missing.map((name) => {
            const known = text.known(`unable.missing.${name}`);
            return <li key={name}>{known === null ? name : text(known)}</li>;
          })}
        </ul>
      </section>
    </Paper>
  );
};
