import { OctagonX } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { View } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Heading } from '../ui/Heading.tsx';
import { useRefusalText } from '../ui/RefusalNote.tsx';
import { useDarkRoom } from '../ui/use-dark-room.ts';
import styles from './StoppedScreen.module.css';

type Props = { readonly view: Extract<View, { kind: 'stopped' }>; readonly onReload: () => void };

/** Something that must hold does not: everything stopped, and nobody can overlook it. */
export const StoppedScreen = ({ view, onReload }: Props) => {
  const text = useText();
  const refusalText = useRefusalText();
  useDarkRoom();
  return (
    <main className={styles.stopped}>
      <div className={styles.sign} role="alert">
        <OctagonX aria-hidden size={64} strokeWidth={1.5} />
        <Heading>{text('stopped.title')}</Heading>
        <p>{refusalText(view.refusal.code)}</p>
      </div>
      <p>{text('stopped.lead')}</p>
      <p className={styles.code}>
        <code>{view.refusal.code}</code>
        {view.refusal.detail === '' ? null : <> · {view.refusal.detail}</>}
      </p>
      <Button onPress={onReload}>{text('stopped.again')}</Button>
    </main>
  );
};
