import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@parley/protocol/bytes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openIdentity } from '../../identity/files.ts';
import type { NodeProcess } from '../node-process.ts';
import { castOf } from '../plan.ts';
import type { Prepared } from '../prepare.ts';
import { attacks } from './attacks.ts';

let folder: string;
let prepared: readonly Prepared[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-attacks-'));
  prepared = await Promise.all(
    castOf(2).map(async (one) => {
      const identity = await openIdentity(join(folder, one.id), Date.now());
      // An attack on the log reads nothing of a configuration.
      return { cast: one, identity, configPath: '' } as unknown as Prepared;
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

type Answer = string | null | Refusal;

/** Two nodes of which the first has somebody seated; `push`: what the second says to an entry. */
const board = (push: Promise<Answer>, seated = true) => {
  const nodes = prepared.map(
    (one, n): NodeProcess => ({
      prepared: one,
      ready: Promise.resolve(null),
      pid: () => null,
      occupied: () => (n === 0 && seated ? ['alba-principal'] : []),
      closed: () => false,
      ask: async ({ kind }) => (kind === 'head' ? `${'00'.repeat(16)} 1 ${'00'.repeat(32)}` : push),
      stop: async () => undefined,
    }),
  );
  let changed = () => {};
  const made = attacks(
    () => nodes,
    () => changed(),
  );
  const forged = () => {
    const found = made.states().find(({ id }) => id === 'forge-admission');
    if (!found) throw new Error('no such attack');
    return found;
  };
  const ended = new Promise<void>((resolve) => {
    changed = () => forged().state !== 'running' && forged().state !== 'idle' && resolve();
  });
  return { ...made, forged, ended };
};

test('[REHEARSE6] one at a time, and only when those whom it needs are seated', () => {
  const waiting = board(new Promise(() => {}));
  expect(waiting.begin('swap-names')).toMatchObject({ code: 'attack.needs' });
  expect(waiting.begin('forge-admission')).toBeNull();
  expect(waiting.begin('forge-admission')).toMatchObject({ code: 'attack.running' });
  expect(board(Promise.resolve(null), false).begin('forge-admission')).toMatchObject({ code: 'attack.needs' });
});

test('[REHEARSE6] an attack says what the other node said, and nothing where it said nothing', async () => {
  const play = async (answer: Answer) => {
    const { begin, ended, forged } = board(Promise.resolve(answer));
    begin('forge-admission');
    await ended;
    return { state: forged().state, last: forged().steps.at(-1) };
  };
  expect(await play(new Refusal('identity.forged'))).toMatchObject({
    state: 'done',
    last: { key: 'refused', values: { code: 'identity.forged' } },
  });
  expect(await play('done')).toMatchObject({ state: 'done', last: { key: 'accepted' } });
  for (const code of ['peer.unreachable', 'node.away'])
    expect(await play(new Refusal(code))).toMatchObject({ state: 'failed', last: { key: 'forged' } });
});
