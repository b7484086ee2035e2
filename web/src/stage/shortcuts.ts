import { useEffect } from 'react';
import { keep, recall } from '../platform/memory.ts';
import type { Actions } from '../session/view.ts';

const memory = 'parley.shortcuts';

/** False once a person switched the keys off in this browser. */
export const areShortcutsOn = (): boolean => recall('browser', memory) !== 'off';

/** Switches the keys on or off, and remembers it. */
export const setShortcuts = (on: boolean): void => keep('browser', memory, on ? null : 'off');

const writing = 'input:not([type="checkbox"]), textarea, select, [contenteditable="true"]';
const pressable = `${writing}, button, a, input, [role="dialog"]`;

const isIn = (target: EventTarget | null, where: string) => target instanceof Element && target.closest(where) !== null;

/** `M` microphone, `V` camera, `Space` held to talk; never while someone writes, chooses or presses a button. */
export const useShortcuts = (
  me: { readonly microphone: boolean; readonly camera: boolean },
  actions: Actions,
): void => {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (!areShortcutsOn() || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === ' ' && !isIn(event.target, pressable)) actions.talk(true);
      else if (event.key.toLowerCase() === 'm' && !isIn(event.target, writing)) actions.setMicrophone(!me.microphone);
      else if (event.key.toLowerCase() === 'v' && !isIn(event.target, writing)) actions.setCamera(!me.camera);
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', down);
    return () => removeEventListener('keydown', down);
  }, [me.microphone, me.camera, actions]);

  useEffect(() => {
    const up = (event: KeyboardEvent) => {
      if (event.key === ' ') actions.talk(false);
    };
    // A key let go outside the window is never heard of here.
    const away = () => actions.talk(false);
    addEventListener('keyup', up);
    addEventListener('blur', away);
    return () => {
      removeEventListener('keyup', up);
      removeEventListener('blur', away);
    };
  }, [actions]);
};
