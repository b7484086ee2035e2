import type { Session, StageView, View } from '../../../web/src/session/view.ts';

/** What a test reads: each action that a screen called, in order, with its argument. */
export type Called = readonly [name: string, ...values: readonly unknown[]];

/** A session that shows what it is given, notes what is called, and follows microphone, camera and loudspeaker. */
export const fakeSession = (first: View): Session & { readonly called: Called[] } => {
  let view = first;
  const listeners = new Set<() => void>();
  const called: Called[] = [];
  const me = (change: Partial<StageView['me']>) => {
    if (view.kind !== 'stage') return;
    view = { ...view, me: { ...view.me, ...change } };
    for (const listener of listeners) listener();
  };
  const note =
    (name: string) =>
    (...values: unknown[]) => {
      called.push([name, ...values]);
    };
  return {
    called,
    view: () => view,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    levels: {
      // Steady: what moves in every frame is painted in every frame, and tests pay for it.
      microphone: () => 0.4,
      seating: (seating) => (seating === 3 ? 0.4 : 0),
      measured: () => true,
    },
    actions: {
      redeem: note('redeem'),
      chooseCamera: note('chooseCamera'),
      chooseMicrophone: note('chooseMicrophone'),
      chooseSpeaker: note('chooseSpeaker'),
      testSpeaker: note('testSpeaker'),
      takeSeat: note('takeSeat'),
      knock: note('knock'),
      allow: note('allow'),
      deny: note('deny'),
      hand: note('hand'),
      preside: note('preside'),
      remove: note('remove'),
      close: note('close'),
      setMicrophone: (on) => {
        called.push(['setMicrophone', on]);
        me({ microphone: on });
      },
      setCamera: (on) => {
        called.push(['setCamera', on]);
        me({ camera: on });
      },
      setLoudspeaker: (on) => {
        called.push(['setLoudspeaker', on]);
        me({ loudspeaker: on });
      },
      talk: (held) => {
        called.push(['talk', held]);
        me({ talking: held });
      },
      takeHere: note('takeHere'),
      makeCode: note('makeCode'),
      compareCode: note('compareCode'),
      leave: note('leave'),
    },
  };
};
