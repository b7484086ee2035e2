import { baseKey, type Circle } from '@parley/protocol/keys';
import type { Seating } from '@parley/protocol/log';
import { HELD_MS } from '../platform/frames/control.ts';
import type { FrameWorker } from '../platform/frames/index.ts';

/** Longest wait for the others' keys before sending under a new epoch, in ms. */
const READY_WAIT = 1_000;
/** A change of keys that takes longer than this, in ms, is said. */
const PAUSE = 700;
/** How long frames of the epoch before are still taken, in ms. */
const GRACE = 2_000;

/** Which keys the frame worker holds, and under which it sends. */
export type Epochs = {
  /** A new epoch of the table: installs its keys for receiving, and sends under them once the others can receive. */
  readonly install: (circle: Circle, seatings: ReadonlyMap<number, Seating>) => Promise<void>;
  /** Another seat's keys of an epoch stand. */
  readonly ready: (seating: number, generation: number, epoch: number) => void;
  /** These seats have ended: nothing is sent any more under keys that one of them holds, in this epoch or a later. */
  readonly halt: (seatings: readonly number[]) => void;
  /** This seating is over: nothing is sent under any key of it, and nothing of it starts sending again. */
  readonly close: () => void;
  /** True while nothing is sent, for longer than a change of keys takes: a person must know. */
  readonly paused: () => boolean;
};

type Installed = { readonly generation: number; readonly epoch: number; readonly others: readonly number[] };

/** Keeps the frame worker's keys in step with the table. */
export const createEpochs = (with_: {
  readonly post: FrameWorker['post'];
  readonly frameSeed: Uint8Array<ArrayBuffer>;
  /** Tells everybody that the keys of an epoch stand here. */
  readonly sayReady: (generation: number, epoch: number) => void;
  /** Frames flow, under newer keys; `anew`: somebody can show nothing before the next key frame. */
  readonly flows: (anew: boolean) => void;
  readonly changed: () => void;
}): Epochs => {
  const { post } = with_;
  const readiness = new Map<number, string>();
  /** Epochs whose keys the worker holds for receiving. */
  let standing: readonly Installed[] = [];
  let newest: Installed | null = null;
  let sendingUnder: Installed | null = null;
  let closed = false;
  let haltedAt: number | null = null;
  const ended = new Set<number>();
  /** Those who could open what was sent last. */
  let served: readonly number[] = [];

  const retire = ({ generation, epoch }: Installed) => post({ kind: 'retire', generation, epoch, afterMs: GRACE });

  const send = (installed: Installed) => {
    if (newest !== installed || sendingUnder === installed) return;
    const lost = !sendingUnder && haltedAt !== null && performance.now() - haltedAt >= HELD_MS;
    const anew = lost || installed.others.some((other) => !served.includes(other));
    served = installed.others;
    const { generation, epoch } = installed;
    post({ kind: 'send', generation, epoch });
    sendingUnder = installed;
    for (const other of standing) if (other !== installed) retire(other);
    standing = [installed];
    with_.flows(anew);
    with_.changed();
  };
  const isForbidden = ({ others }: Installed): boolean => others.some((other) => ended.has(other));
  const sendIfAllReady = () => {
    if (!newest) return;
    const name = `${newest.generation}/${newest.epoch}`;
    if (newest.others.every((seating) => readiness.get(seating) === name)) send(newest);
  };

  return {
    install: async (circle, seatings) => {
      const { meeting, generation, epoch, authenticator, ownLeaf } = circle;
      const leaves = circle.leaves.flatMap(({ leaf, seating: id }) => {
        const seating = seatings.get(id);
        return seating ? [{ leaf, seating: id, delegation: seating.root, frameKey: seating.frameKey }] : [];
      });
      const key = await baseKey(circle);
      if (closed) return;
      const { frameSeed } = with_;
      post({
        kind: 'epoch',
        meeting,
        circle: circle.circle,
        generation,
        epoch,
        authenticator,
        baseKey: key,
        ownLeaf,
        frameSeed,
        leaves,
      });
      const others = leaves.filter(({ leaf }) => leaf !== ownLeaf).map(({ seating }) => seating);
      const installed = { generation, epoch, others };
      standing = [...standing, installed];
      with_.sayReady(generation, epoch);
      // The log holds somebody still whose end has come directly: the epoch serves for receiving only.
      if (isForbidden(installed)) {
        haltedAt ??= performance.now();
        return;
      }
      newest = installed;
      sendIfAllReady();
      setTimeout(() => send(installed), READY_WAIT);
    },
    ready: (seating, generation, epoch) => {
      readiness.set(seating, `${generation}/${epoch}`);
      sendIfAllReady();
    },
    halt: (seatings) => {
      for (const seating of seatings) {
        if (!ended.has(seating)) post({ kind: 'block', seating });
        ended.add(seating);
      }
      if (newest && isForbidden(newest)) newest = null;
      if (!sendingUnder || !isForbidden(sendingUnder)) return;
      post({ kind: 'halt' });
      retire(sendingUnder);
      standing = standing.filter((one) => one !== sendingUnder);
      sendingUnder = null;
      haltedAt = performance.now();
      // A newer epoch may stand already, without them: nobody waits for anybody then.
      if (newest) send(newest);
      else setTimeout(with_.changed, PAUSE);
    },
    close: () => {
      closed = true;
      newest = null;
      sendingUnder = null;
      post({ kind: 'halt' });
      for (const one of standing) retire(one);
      standing = [];
    },
    paused: () => sendingUnder === null && haltedAt !== null && performance.now() - haltedAt >= PAUSE,
  };
};
