import { useEffect, useRef, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import type { StageView } from '../session/view.ts';
import { useRefusalText } from '../ui/RefusalNote.tsx';
import unseen from '../ui/unseen.module.css';
import { spoken } from './announcements.ts';

const NOTHING = { calm: '', urgent: '' };
/** How long a sentence stays to be read, in ms: whoever looks around later should not meet it as if it were so now. */
const SAID_FOR = 10_000;

/** Says to screen readers what others see: mute and camera, who sits and leaves, and what becomes of their tiles. */
export const Announcer = ({ view }: { readonly view: StageView }) => {
  const text = useText();
  const refusalText = useRefusalText();
  const before = useRef(view);
  const [said, setSaid] = useState(NOTHING);
  useEffect(() => {
    const { calm, urgent } = spoken(before.current, view, text, refusalText);
    before.current = view;
    if (calm.length > 0 || urgent.length > 0)
      setSaid((last) => ({
        calm: calm.length > 0 ? calm.join(' ') : last.calm,
        urgent: urgent.length > 0 ? urgent.join(' ') : last.urgent,
      }));
  });
  useEffect(() => {
    if (said === NOTHING) return undefined;
    const over = setTimeout(() => setSaid(NOTHING), SAID_FOR);
    return () => clearTimeout(over);
  }, [said]);
  return (
    <div className={unseen.unseen}>
      <p role="status">{said.calm}</p>
      <p role="alert">{said.urgent}</p>
    </div>
  );
};
