import { type Bytes, Refusal } from '@parley/protocol/bytes';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import { expect, test } from 'vitest';
import { handClock } from '../../test/hand-clock.ts';
import { SaidRefusal } from '../doors/peer/client.ts';
import { openRounds } from './rounds.ts';

const idOf = (n: number): Bytes => new Uint8Array(new BigUint64Array([BigInt(n), 0n]).buffer);
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Rounds with one counterpart that answers as it is told to. */
const withCounterpart = (meetings: number) => {
  const { clock, pass } = handClock();
  const asked: number[] = [];
  const heard = new Map<number, boolean>();
  const counterpart: { answer: (ids: readonly Bytes[]) => PeerReply | Refusal } = {
    answer: () => ({ kind: 'other', meetings: [] }),
  };
  const rounds = openRounds(clock, async (_, request: PeerRequest) => {
    if (request.kind !== 'held') throw new Error(request.kind);
    asked.push(request.meetings.length);
    return counterpart.answer(request.meetings.map(({ meeting }) => meeting));
  });
  const leave = Array.from({ length: meetings }, (_, n) =>
    rounds.join('b', {
      meeting: idOf(n),
      held: () => new Uint8Array(32),
      heard: (_, same) => heard.set(n, same),
    }),
  );
  const after = async (ms: number): Promise<readonly number[]> => {
    asked.length = 0;
    heard.clear();
    pass(ms);
    await settled();
    return [...asked];
  };
  return { counterpart, heard, after, leave };
};

test('[PEER9] one question every two seconds is about all meetings, and 1,024 go into one', async () => {
  const { after, heard } = withCounterpart(1_500);
  expect(await after(250)).toEqual([1_024, 476]);
  expect(heard.size).toBe(1_500);
  expect(await after(1_999)).toEqual([]);
  expect(await after(1)).toEqual([1_024, 476]);
});

test('[PEER9] a meeting is asked about by itself where something else is held, or where the answer is another', async () => {
  const { after, heard, counterpart } = withCounterpart(3);
  counterpart.answer = ([, second]) => ({ kind: 'other', meetings: second ? [second] : [] });
  await after(250);
  expect([...heard]).toEqual([
    [0, true],
    [1, false],
    [2, true],
  ]);
  for (const answer of [{ kind: 'done' } as const, new SaidRefusal('bytes.malformed'), new Refusal('peer.forged')]) {
    counterpart.answer = () => answer;
    await after(2_000);
    expect([...heard.values()]).toEqual([false, false, false]);
  }
});

test('[PEER9] while there is no answer it is asked every 250 ms; who has left is not asked about', async () => {
  const { after, heard, counterpart, leave } = withCounterpart(2);
  counterpart.answer = () => new Refusal('peer.unreachable');
  for (let n = 0; n < 3; n += 1) expect(await after(250)).toEqual([2]);
  leave[0]?.();
  expect(await after(250)).toEqual([1]);
  expect([...heard]).toEqual([[1, false]]);
  leave[1]?.();
  expect(await after(250)).toEqual([]);
});
