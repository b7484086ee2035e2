import { useSyncExternalStore } from 'react';
import { chooseLanguage } from '../../../web/src/messages/languages.ts';
import { RehearsalPage } from '../../../web/src/rehearsal/RehearsalPage.tsx';
import { SeatPage } from '../../../web/src/seat-page.tsx';
import { Breakdown } from '../../../web/src/ui/Breakdown.tsx';
import { show } from '../../../web/src/ui/show.tsx';
import { type Called, fakeSession } from './fake-session.ts';
import { rehearsalStates } from './rehearsal-states.ts';
import { seatStates } from './seat-states.ts';

const nothing = () => undefined;

const Broken = () => {
  throw new Error('broken on purpose');
};

type Shown = { readonly name: string; readonly session: ReturnType<typeof fakeSession> | null };

let shown: Shown = { name: 'left self', session: fakeSession({ kind: 'left', why: 'self' }) };
let changed: () => void = nothing;

/** What tests do from outside. */
export type Gallery = {
  readonly names: readonly string[];
  readonly show: (name: string) => void;
  readonly speak: (tag: string) => Promise<void>;
  readonly called: () => readonly Called[];
};

const gallery: Gallery = {
  names: [...Object.keys(seatStates), ...Object.keys(rehearsalStates), 'broken'],
  show: (name) => {
    const state = seatStates[name];
    shown = { name, session: state === undefined ? null : fakeSession(state()) };
    changed();
  },
  speak: (tag) => chooseLanguage(tag, document),
  called: () => shown.session?.called ?? [],
};
Object.assign(globalThis, { gallery });

const subscribe = (listener: () => void) => {
  changed = listener;
  return nothing;
};

const Room = () => {
  const { name, session } = useSyncExternalStore(subscribe, () => shown);
  if (session !== null) return <SeatPage key={name} session={session} onReload={nothing} />;
  const rehearsal = rehearsalStates[name];
  if (rehearsal !== undefined) return <RehearsalPage view={rehearsal} />;
  return (
    <Breakdown key={name} onReload={nothing} onBroken={nothing}>
      <Broken />
    </Breakdown>
  );
};

void show(<Room />, nothing, nothing);
