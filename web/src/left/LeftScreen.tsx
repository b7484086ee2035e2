import { useText } from '../messages/use-text.ts';
import type { View } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Heading } from '../ui/Heading.tsx';
import { Paper } from '../ui/Paper.tsx';

type Props = {
  readonly view: Extract<View, { kind: 'left' }>;
  readonly onReload: () => void;
  /** Takes the seat from the other window. */
  readonly onTakeHere: () => void;
};

/** Ends from which no way leads back in this browser, but by a new link. */
const final: ReadonlySet<string> = new Set(['removed', 'unknown', 'withdrawn', 'closed']);

/** After the seat: why one no longer sits, and the way back where there is one. */
export const LeftScreen = ({ view, onReload, onTakeHere }: Props) => {
  const text = useText();
  const elsewhere = view.why === 'elsewhere' || view.why === 'open';
  return (
    <Paper width="narrow">
      <Heading>{text(`left.${view.why}`)}</Heading>
      <p>{text(`left.${view.why}.lead`)}</p>
      <p>{text(`left.${view.why}.do`)}</p>
      {final.has(view.why) ? null : (
        <Button weight="main" onPress={elsewhere ? onTakeHere : onReload}>
          {text(elsewhere ? 'left.take' : 'left.again')}
        </Button>
      )}
    </Paper>
  );
};
