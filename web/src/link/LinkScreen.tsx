import { CircleCheck, LoaderCircle } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { Actions, View } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Heading } from '../ui/Heading.tsx';
import { Paper } from '../ui/Paper.tsx';
import { RefusalNote } from '../ui/RefusalNote.tsx';
import styles from './LinkScreen.module.css';

type Props = { readonly view: Extract<View, { kind: 'link' }>; readonly actions: Actions };

/**
 * A one-time link was opened: it is spent only on the click, so that no preview or scanner spends it. Where it opens
 * nothing, nothing is offered but the sentence that says why.
 */
export const LinkScreen = ({ view, actions }: Props) => {
  const text = useText();
  const able = view.able === 'able';
  if (view.refusal !== null && /^(?:link|door)\./.test(view.refusal.code))
    return (
      <Paper width="narrow">
        <Heading>{text('link.none')}</Heading>
        <div role="alert">
          <RefusalNote code={view.refusal.code} />
        </div>
      </Paper>
    );
  return (
    <Paper width="narrow">
      <Heading>{text('link.title')}</Heading>
      <p>{text('link.lead')}</p>
      <p className={styles.check} data-able={able} role="status">
        {able ? <CircleCheck aria-hidden size={24} /> : <LoaderCircle aria-hidden size={24} />}
        {text(able ? 'link.able' : 'link.checking')}
      </p>
      {view.refusal === null ? null : (
        <div role="alert">
          <RefusalNote code={view.refusal.code} />
        </div>
      )}
      <Button weight="main" isDisabled={!able} isPending={view.redeeming} onPress={actions.redeem}>
        {text(view.redeeming ? 'link.opening' : 'link.open')}
      </Button>
      <p className={styles.once}>{text('link.once')}</p>
    </Paper>
  );
};
