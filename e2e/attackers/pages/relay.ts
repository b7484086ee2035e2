/** What a hostile relay does to the sealed frames that it passes on. */
export type Manipulation =
  | { readonly kind: 'none' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'reorder' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'flip' }
  /** Sends what came in the past over and over, and nothing new. */
  | { readonly kind: 'replay' };

type Kind = 'audio' | 'video';
type Item = { readonly data: Uint8Array<ArrayBuffer>; readonly at: number; readonly key: boolean };

/** One participant's frames on their way through the relay. */
export type Relay = {
  readonly take: (kind: Kind, data: Uint8Array<ArrayBuffer>, key: boolean) => void;
  /** What goes out in the next frame of the relay's own encoder; `key`: that frame is announced as a key frame. */
  readonly next: (kind: Kind, key: boolean) => ArrayBuffer | null;
  readonly manipulate: (how: Manipulation) => void;
};

const KEPT = 1_500;

/** Makes a relay; `came` hears of each picture, so that one is encoded for it. */
export const relay = (came: (key: boolean) => void): Relay => {
  const queues: { readonly [kind in Kind]: Item[] } = { audio: [], video: [] };
  const past: { readonly [kind in Kind]: Item[] } = { audio: [], video: [] };
  let how: Manipulation = { kind: 'none' };
  let turn = 0;

  const due = (kind: Kind, key: boolean): Item | undefined => {
    const queue = queues[kind];
    if (how.kind === 'replay') {
      const old = past[kind];
      turn += 1;
      return old[turn % Math.max(1, Math.min(old.length, 200))];
    }
    const ready = (item: Item | undefined) => item && (how.kind !== 'delay' || performance.now() - item.at >= how.ms);
    // A frame that is announced as a key frame carries one, where one waits.
    if (key && how.kind !== 'delay') {
      const first = queue.findIndex((item) => item.key);
      if (first > 0) queue.splice(0, first);
    }
    if (!ready(queue[0])) return undefined;
    if (how.kind === 'reorder' && queue.length > 1) return queue.splice(1, 1)[0];
    if (how.kind === 'duplicate') {
      turn += 1;
      return turn % 2 === 0 ? queue[0] : queue.shift();
    }
    return queue.shift();
  };

  return {
    take: (kind, data, key) => {
      const item = { data, at: performance.now(), key };
      queues[kind].push(item);
      if (queues[kind].length > KEPT) queues[kind].shift();
      if (past[kind].length < 400) past[kind].push(item);
      if (kind === 'video') came(key);
    },
    next: (kind, key) => {
      const item = due(kind, key);
      if (!item) return null;
      const data = item.data.slice();
      if (how.kind === 'cut') return data.slice(0, data.length - 5).buffer;
      if (how.kind === 'flip') data[data.length - 9] = (data[data.length - 9] ?? 0) ^ 1;
      return data.buffer;
    },
    manipulate: (next) => {
      how = next;
      if (how.kind === 'none') for (const queue of Object.values(queues)) queue.length = 0;
    },
  };
};
