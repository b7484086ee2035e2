import { describe, expect, test } from 'vitest';
import { hash, Refusal } from '../bytes/index.ts';
import { preparePackage } from '../keys/index.ts';
import { placeAct } from '../log/index.ts';
import {
  actOf,
  agree,
  codeOf,
  granted,
  nodeActOf,
  place,
  seat,
  seedOf,
  settle,
  sitAction,
  TEST_TIME,
  type TestLog,
  testDelegate,
  testLog,
  testMeeting,
} from '../testing/index.ts';
import { due, judgePackage, matchBlobs, order } from './index.ts';

const meeting = await testMeeting();
const [alba, borland] = meeting.delegations;
if (!alba || !borland) throw new Error('two delegations');
const principal = await testDelegate(meeting, 'alba-principal');
const adviser = await testDelegate(meeting, 'alba-adviser');
const counterpart = await testDelegate(meeting, 'borland-principal');

/** The first in turn does what is due; what it was. */
const serve = async (log: TestLog, by = principal) => {
  const todo = due(log.ledger);
  if (!todo) throw new Error('nothing is due');
  const made = { circle: 'table' as const, generation: todo.generation, authenticator: seedOf(`a ${log.now}`) };
  if (todo.kind === 'found') await settle(log, await actOf(log.ledger.state, by, { kind: 'found', ...made }));
  else {
    const { epoch, upTo, ended, add } = todo;
    const welcome = add.length > 0 ? seedOf('w') : null;
    await settle(
      log,
      await actOf(log.ledger.state, by, { kind: 'commit', ...made, epoch, upTo, ended, commit: seedOf('c'), welcome }),
    );
  }
  return todo;
};

describe('what is due', () => {
  test('[CIRCLE6] nothing while nobody sits; then founding, by the first who is settled', async () => {
    const log = testLog(meeting);
    expect(due(log.ledger)).toBeNull();
    const sat = await place(log, await actOf(log.ledger.state, principal, sitAction(principal, 'due')));
    expect(due(log.ledger)).toBeNull();
    await agree(log, sat);
    expect(due(log.ledger)).toEqual({ kind: 'found', generation: 1, turn: [1] });
    await seat(log, counterpart);
    expect(due(log.ledger)).toMatchObject({ turn: [1, 2] });
  });

  test('[CIRCLE6] an admission waits until it is settled; then a member commits it, and nothing is left', async () => {
    const log = testLog(meeting);
    await seat(log, principal);
    await serve(log);
    const sat = await place(log, await actOf(log.ledger.state, counterpart, sitAction(counterpart, 'waits')));
    expect(due(log.ledger)).toBeNull();
    await agree(log, sat);
    expect(due(log.ledger)).toMatchObject({
      kind: 'commit',
      generation: 1,
      epoch: 0,
      ended: 0,
      members: [1, 3],
      remove: [],
      turn: [1],
    });
    await serve(log);
    expect(due(log.ledger)).toBeNull();
    expect(log.ledger.state.table?.members).toEqual([1, 3]);
  });

  test('[CIRCLE6] an ending waits for nobody, not even behind an admission that nobody countersigns', async () => {
    const log = testLog(meeting);
    const [a, b] = [await seat(log, principal), await seat(log, counterpart)];
    await serve(log);
    await serve(log);
    await place(log, await actOf(log.ledger.state, adviser, sitAction(adviser, 'unsettled')));
    await place(log, await nodeActOf(log.ledger.state, borland, { kind: 'lost', seating: b }));
    const todo = due(log.ledger);
    expect(todo).toMatchObject({
      kind: 'commit',
      members: [a],
      add: [],
      remove: [b],
      turn: [a],
      ended: log.ledger.state.head.seq,
    });
    await place(
      log,
      await actOf(log.ledger.state, principal, {
        kind: 'commit',
        circle: 'table',
        generation: 1,
        epoch: 1,
        upTo: todo?.kind === 'commit' ? todo.upTo : 0,
        ended: log.ledger.state.ended,
        commit: seedOf('c'),
        welcome: null,
        authenticator: seedOf('d'),
      }),
    );
    expect(log.ledger.state.table?.members).toEqual([a]);
  });

  test('[CIRCLE6] who sits anew twice before a commit is removed once and added once', async () => {
    const log = testLog(meeting);
    const [a, b] = [await seat(log, principal), await seat(log, counterpart)];
    await serve(log);
    await serve(log);
    await seat(log, counterpart);
    const last = await seat(log, counterpart);
    const todo = due(log.ledger);
    expect(todo).toMatchObject({ kind: 'commit', remove: [b], members: [a, last] });
    expect(todo?.kind === 'commit' && todo.add.map(({ id }) => id)).toEqual([last]);
    await serve(log);
    expect(due(log.ledger)).toBeNull();
  });

  test('[CIRCLE6] when no member stands, the next generation is due', async () => {
    const log = testLog(meeting);
    await seat(log, principal);
    await serve(log);
    const again = await seat(log, principal);
    expect(due(log.ledger)).toEqual({ kind: 'found', generation: 2, turn: [again] });
  });

  test('[CIRCLE6] whoever has the turn, what is due is granted', async () => {
    const log = testLog(meeting);
    for (const who of [principal, counterpart, adviser]) await seat(log, who);
    await serve(log, counterpart);
    const todo = await serve(log, counterpart);
    expect(todo).toMatchObject({ members: [1, 2, 3], turn: [2] });
    await settle(log, await actOf(log.ledger.state, principal, { kind: 'leave', seating: 1 }));
    expect(await serve(log, adviser)).toMatchObject({ remove: [1], turn: [2, 3] });
  });
});

describe('the host’s decision', () => {
  test('[LOG2] puts an act at the next place, with a time that never goes back', async () => {
    const log = testLog(meeting);
    await seat(log, principal);
    const act = await actOf(log.ledger.state, counterpart, sitAction(counterpart, 'ordered'));
    const ordered = granted(await order(log.ledger, act, log.now - 5_000));
    expect(ordered.verified.entry).toMatchObject({ seq: 2, time: log.now, prev: log.ledger.state.head.head });
    expect(ordered.verified.entry.bytes).toEqual(placeAct(log.ledger.state, act, log.now).bytes);
    expect(ordered.ledger.state.head.head).toEqual(ordered.verified.entry.head);
  });

  test('[LOG3] orders nothing when an issuing key is not valid', async () => {
    const log = testLog(meeting);
    const act = await actOf(log.ledger.state, principal, sitAction(principal, 'late'));
    expect(codeOf(await order(log.ledger, act, TEST_TIME + 30 * 86_400_000))).toBe('log.expired');
  });

  test('[LOG4] refuses what everybody else would refuse', async () => {
    const log = testLog(meeting);
    const own = await seat(log, principal);
    const { state } = log.ledger;
    const code = async (act: Parameters<typeof order>[1]) => codeOf(await order(log.ledger, act, log.now));
    expect(
      await code(await actOf(state, { ...principal, device: counterpart.device }, { kind: 'leave', seating: own })),
    ).toBe('act.forged');
    expect(await code(await actOf(state, principal, { kind: 'leave', seating: 9 }))).toBe('restrict.not-seated');
    expect(await code(new Uint8Array([0]))).toBe('bytes.malformed');
  });
});

describe('what travels beside an act', () => {
  const bytes = (n: number) => new Uint8Array([n]);
  const made = { circle: 'table' as const, generation: 1, epoch: 0, upTo: 1, ended: 0, authenticator: seedOf('a') };

  test('[CIRCLE7] a KeyPackage with a request to sit', () => {
    const keys = { keyPackage: hash('key-package', bytes(1)), frameKey: seedOf('f') };
    const sit = { kind: 'sit' as const, chain: principal.chain, takesOver: false, ...keys };
    expect(matchBlobs(sit, [bytes(1)])).toEqual([{ hash: sit.keyPackage, bytes: bytes(1) }]);
    for (const given of [[], [bytes(2)], [bytes(1), bytes(1)]])
      expect(codeOf(matchBlobs(sit, given))).toBe('blob.other');
    expect(codeOf(matchBlobs({ ...sit, keyPackage: hash('blob', bytes(1)) }, [bytes(1)]))).toBe('blob.other');
  });

  test('[CIRCLE7] a commit, with its Welcome where it names one, in this order; nothing with anything else', () => {
    const commit = {
      kind: 'commit' as const,
      ...made,
      commit: hash('blob', bytes(1)),
      welcome: hash('blob', bytes(2)),
    };
    expect(matchBlobs(commit, [bytes(1), bytes(2)])).toHaveLength(2);
    for (const given of [[bytes(1)], [bytes(2), bytes(1)], [bytes(1), bytes(3)]])
      expect(codeOf(matchBlobs(commit, given))).toBe('blob.other');
    expect(matchBlobs({ ...commit, welcome: null }, [bytes(1)])).toHaveLength(1);
    expect(matchBlobs({ kind: 'leave', seating: 1 }, [])).toEqual([]);
    expect(codeOf(matchBlobs({ kind: 'leave', seating: 1 }, [bytes(1)]))).toBe('blob.other');
  });

  test('[CIRCLE8] a KeyPackage that no group could add, or another device\u2019s, is refused with the request', async () => {
    const { from, until } = meeting.body;
    const made = (by: typeof principal) => preparePackage({ mandate: by.mandate, signer: by.device, from, until });
    const judged = async (given: Uint8Array<ArrayBuffer>) => {
      const { verified } = await orderedSit(given);
      return judgePackage(verified, [{ hash: hash('key-package', given), bytes: given }]);
    };
    const own = await made(principal);
    expect(await judged(own.keyPackage)).toBeNull();
    expect(codeOf(await judged((await made(counterpart)).keyPackage))).toBe('blob.package');
    expect(codeOf(await judged(bytes(1)))).toBe('package.malformed');
  });

  const orderedSit = async (keyPackage: Uint8Array<ArrayBuffer>) => {
    const log = testLog(meeting);
    const action = { ...sitAction(principal, 'package'), keyPackage: hash('key-package', keyPackage) };
    const ordered = await order(log.ledger, await actOf(log.ledger.state, principal, action), meeting.at);
    if (ordered instanceof Refusal) throw new Error(ordered.code);
    return ordered;
  };
});
