import { useEffect, useRef, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import type { StageView } from '../session/view.ts';
import { useRefusalText } from '../ui/RefusalNote.tsx';
import unseen from '../ui/unseen.module.css';
import { spoken } from './announcements.ts';

/** Says to screen readers what others see: mute and camera, who sits and leaves, and what becomes of their tiles. */
export const Announcer = ({ view }: { readonly view: StageView }) => {
  const text = useText();
  const refusalText = useRefusalText();
  const before = useRef(view);
  const [said, setSaid] = useState<{ readonly calm: string; readonly urgent: string }>({ calm: '', urgent: '' });
  useEffect(() => {
    const { calm, urgent } = spoken(before.current, view, text, refusalText);
    before.current = view;
    if (calm.length > 0 || urgent.length > 0)
      setSaid((last) => ({
        calm: calm.length > 0 ? calm.join(' ') : last.calm,
        urgent: urgent.length > 0 ? urgent.join(' ') : last.urgent,
      }));
  });
  return (
    <div className={unseen.unseen}>
      <p role="status">{said.calm}</p>
      <p role="alert">{said.urgent}</p>
    </div>
  );
};
