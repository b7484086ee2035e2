import type { Actions, View } from './view.ts';

/** How long a stand-in considers, in ms: what is asked of it should be seen before it is answered. */
const CONSIDERS = 2_000;

/** In a rehearsal, a stand-in that is its delegation's chair says yes: to who knocks, and to ending. */
export const standInChair = (actions: Pick<Actions, 'allow' | 'close'>): ((view: View) => void) => {
  const considered = new Set<number | 'end'>();
  const once = (what: number | 'end', say: () => void) => {
    if (considered.has(what)) return;
    considered.add(what);
    setTimeout(say, CONSIDERS);
  };
  return (view) => {
    if (view.kind !== 'stage' || view.chair.own !== 'chair') return;
    const { knocks, done } = view.chair;
    for (const { knock, waiting } of knocks)
      if (waiting.some(({ own }) => own)) once(knock, () => actions.allow(knock));
    if (done.length === 0) considered.delete('end');
    else if (!done.some(({ own }) => own)) once('end', () => actions.close(true));
  };
};
