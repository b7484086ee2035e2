import { useText } from '../messages/use-text.ts';
import type { View } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Heading } from '../ui/Heading.tsx';
import { Paper } from '../ui/Paper.tsx';

type Props = { readonly view: Extract<View, { kind: 'left' }>; readonly onReload: () => void };

/** After the seat: why one no longer sits, and, unless one was removed, the way back. */
export const LeftScreen = ({ view, onReload }: Props) => {
  const text = useText();
  return (
    <Paper width="narrow">
      <Heading>{text(`left.${view.why}`)}</Heading>
      <p>{text(`left.${view.why}.lead`)}</p>
      <p>{text(`left.${view.why}.do`)}</p>
      {view.why === 'removed' ? null : (
        <Button weight="main" onPress={onReload}>
          {text('left.again')}
        </Button>
      )}
    </Paper>
  );
};
