import { Volume2 } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import { Button } from '../ui/Button.tsx';

/** The browser plays nothing before a gesture: one button is that gesture. */
export const SoundGate = ({ onStart }: { readonly onStart: () => void }) => {
  const text = useText();
  return (
    <Button weight="main" icon={Volume2} onPress={onStart}>
      {text('stage.start-sound')}
    </Button>
  );
};
