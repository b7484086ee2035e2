import { type Bytes, Refusal, type Signer } from '@parley/protocol/bytes';
import { openSaid, sealSaid } from '@parley/protocol/code';
import { applyPending, type Circle, draftCommit, foundCircle, joinCircle, preparePackage } from '@parley/protocol/keys';
import type { Passing } from '@parley/protocol/log';
import { testKey } from '@parley/protocol/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { openTableCodes, type TableCodes } from './table-code.ts';

const WITHIN = { timeout: 5_000 };
const name = { meeting: new Uint8Array(16), circle: 'table', generation: 1 };

const memberOf = ({ seating, mandate, device }: Sitter) => ({ id: seating, mandate, device: device.publicKey });

const granted = <T>(value: T | Refusal): T => {
  if (value instanceof Refusal) throw new Error(`${value.code} ${value.detail}`);
  return value;
};

type Sitter = { readonly seating: number; readonly device: Signer; readonly mandate: Bytes };

const sitter = async (seating: number, who = `sitter ${seating}`): Promise<Sitter> => {
  const device = await testKey(who);
  return { seating, device, mandate: device.publicKey };
};

/** All members of the next epoch: the first commits, everybody else comes in by its Welcome. */
const circlesOf = async (sitters: readonly Sitter[], before: Circle | null = null): Promise<readonly Circle[]> => {
  const now = Date.now();
  const packages = await Promise.all(
    sitters.map(({ device, mandate }) => preparePackage({ mandate, signer: device, from: now, until: now + 60_000 })),
  );
  const roster = sitters.map(({ seating, device, mandate }, n) => {
    const keyPackage = packages[n]?.hash ?? new Uint8Array(32);
    return { seating, mandate, device: device.publicKey, keyPackage };
  });
  const [own, seated] = [packages[0], roster[0]];
  if (!own || !seated) throw new Error('nobody sits');
  const kept = before?.leaves.find(({ seating }) => seating === seated.seating);
  const founder = before ?? (await foundCircle({ ...name, seated, package: own }));
  const next = [kept ?? seated, ...roster.slice(1)];
  const draft = granted(
    await draftCommit(founder, { upTo: 1, roster: next, packages: packages.map(({ keyPackage }) => keyPackage) }),
  );
  const { welcome, authenticator } = draft;
  if (!welcome) throw new Error('no Welcome');
  const expected = { ...name, epoch: founder.epoch + 1, roster: next, authenticator };
  const others = await Promise.all(
    packages.slice(1).map(async (one) => granted(await joinCircle({ package: one, welcome, expected }))),
  );
  return [applyPending(draft.pending), ...others];
};

type Word = Extract<Passing, { readonly sealed: Bytes }>;
type Member = { readonly codes: TableCodes; readonly sitter: Sitter; readonly sent: Word[] };

const opened: Member[] = [];
afterEach(() => {
  for (const { codes } of opened.splice(0)) codes.close();
});

/** Members of one table; what each says reaches the others as `passes` allows. */
const tableOf = async (
  size: number,
  passes: (from: number, to: number, word: Word) => boolean = () => true,
): Promise<{ readonly members: Member[]; readonly circles: readonly Circle[]; add: (one: Sitter) => Member }> => {
  const members: Member[] = [];
  const add = (one: Sitter): Member => {
    const sent: Word[] = [];
    const codes = openTableCodes({
      own: one.seating,
      say: (passing) => {
        if (!('sealed' in passing)) throw new Error(passing.kind);
        sent.push(passing);
        for (const other of members)
          if (other.sitter !== one && passes(one.seating, other.sitter.seating, passing))
            other.codes.heard(memberOf(one), passing.kind, passing.sealed);
      },
      changed: () => {},
    });
    const member = { codes, sitter: one, sent };
    members.push(member);
    opened.push(member);
    return member;
  };
  const sitters = await Promise.all(Array.from({ length: size }, (_, n) => sitter(n + 1)));
  const circles = await circlesOf(sitters);
  for (const [n, circle] of circles.entries()) add(sitters[n] as Sitter).codes.advanced(circle); // one each
  return { members, circles, add };
};

const numbersOf = ({ codes }: Member) => codes.state().standing?.numbers ?? null;
const allStand = (members: readonly Member[]) =>
  vi.waitUntil(() => members.every((member) => numbersOf(member) !== null), WITHIN);

test('[CODE3] one begins, all take part, and all hold the same five numbers; one epoch, one code', async () => {
  const { members } = await tableOf(3);
  const [a, b] = members as [Member, Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await allStand(members);
  expect(new Set(members.map((member) => String(numbersOf(member)))).size).toBe(1);
  expect(a.codes.state()).toMatchObject({ round: null, unfinished: [], open: false });
  const before = numbersOf(a);
  b.codes.begin();
  b.codes.compared(true);
  await vi.waitUntil(() => a.codes.state().standing?.compared.get(2) === true, WITHIN);
  expect([numbersOf(a), numbersOf(b)]).toEqual([before, before]);
  expect(b.sent.map(({ kind }) => kind)).toEqual(['commitment', 'reveal', 'compared']);
  b.codes.compared(false);
  await vi.waitUntil(() => a.codes.state().standing?.compared.get(2) === false, WITHIN);
});

test('[CODE5] a device that commits and does not reveal is named, for as long as it is silent and after', async () => {
  const { members, circles } = await tableOf(3, (from, _, { kind }) => from !== 3 || kind !== 'reveal');
  const [a, b] = members as [Member, Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  const waits = { kind: 'making', by: 1, missing: [3] };
  await vi.waitUntil(() => JSON.stringify(a.codes.state().round) === JSON.stringify(waits), WITHIN);
  await vi.waitUntil(() => b.codes.state().round?.kind === 'making', WITHIN);
  expect(numbersOf(a)).toBeNull();
  // It goes, and the others make theirs by themselves; what it withheld is not forgotten before.
  const next = await circlesOf([a.sitter, { ...b.sitter, seating: 9 }], circles[0]);
  a.codes.advanced(next[0] as Circle); // two were made
  await vi.waitUntil(() => a.codes.state().unfinished.includes(3), WITHIN);
  expect(a.codes.state().round).toEqual({ kind: 'making', by: 1, missing: [9] });
});

test('[CODE2] words that were lost on the way are said again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let lost = true;
    const { members } = await tableOf(2, () => !lost);
    const [a] = members as [Member];
    const real = (is: () => boolean) => vi.waitUntil(is, { ...WITHIN, interval: 0 });
    await real(() => a.codes.state().open);
    a.codes.begin();
    await real(() => a.sent.length === 1);
    lost = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await real(() => members.every((member) => numbersOf(member) !== null));
  } finally {
    vi.useRealTimers();
  }
});

test('[CODE7] who sits anew with the same device is covered, who came later is not; a new code covers all', async () => {
  const { members, circles, add } = await tableOf(2);
  const [a, b] = members as [Member, Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await allStand(members);
  const covers = (one: Sitter) =>
    a.codes.state().standing?.covers({ mandate: one.mandate, device: one.device.publicKey });
  const late = await sitter(7);
  const again = { ...b.sitter, seating: 8 };
  const next = await circlesOf([a.sitter, again, late], circles[0]);
  members.splice(1, 1);
  const [c, d] = [add(again), add(late)];
  for (const [n, member] of [a, c, d].entries()) member.codes.advanced(next[n] as Circle); // three were made
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  expect([covers(a.sitter), covers(again), covers(late)]).toEqual([true, true, false]);
  const old = numbersOf(a);
  d.codes.begin();
  await vi.waitUntil(() => String(numbersOf(a)) !== String(old), WITHIN);
  expect(covers(late)).toBe(true);
  await vi.waitUntil(() => String(numbersOf(c)) === String(numbersOf(a)), WITHIN);
});

test('[CODE2] words that come before the epoch stands here wait for it', async () => {
  const { members, circles } = await tableOf(2, () => false);
  const [a] = members as [Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await vi.waitUntil(() => a.sent.length === 1, WITHIN);
  const said: string[] = [];
  const late = openTableCodes({ own: 2, say: ({ kind }) => said.push(kind), changed: () => {} });
  for (const { kind, sealed } of a.sent) late.heard(memberOf(a.sitter), kind, sealed);
  expect(late.state().round).toBeNull();
  late.advanced(circles[1] as Circle); // two were made
  await vi.waitUntil(() => said.length === 2, WITHIN);
  expect(said).toEqual(['commitment', 'reveal']);
  late.close();
});

test('[CODE2] forged and foreign words change nothing', async () => {
  const { members } = await tableOf(2, () => false);
  const [a, b] = members as [Member, Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await vi.waitUntil(() => a.sent.length === 1, WITHIN);
  const [word] = a.sent as [Word];
  b.codes.heard(memberOf(b.sitter), 'commitment', word.sealed); // the words of 1, as if they were those of 2
  b.codes.heard(memberOf(a.sitter), 'commitment', new Uint8Array(40));
  b.codes.begin();
  await vi.waitUntil(() => b.sent.length === 1, WITHIN);
  expect(b.codes.state().round).toEqual({ kind: 'making', by: 2, missing: [1] });
});

test('[CODE8] a word about another code than the one here says nothing of it', async () => {
  const { members, circles } = await tableOf(2);
  const [a] = members as [Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await allStand(members);
  const sealed = granted(
    await sealSaid(circles[1] as Circle, 2, { kind: 'compared', code: new Uint8Array(32), same: false }),
  );
  const [, b] = members as [Member, Member];
  a.codes.heard(memberOf(b.sitter), 'compared', sealed);
  a.codes.compared(true);
  await vi.waitUntil(() => a.codes.state().standing?.compared.get(1) === true, WITHIN);
  expect(a.codes.state().standing?.compared.has(2)).toBe(false);
  expect(await openSaid(circles[0] as Circle, 2, 'compared', sealed)).toBeInstanceOf(Refusal);
});

test('[CODE2] whoever carries another’s sealed word under its own name first keeps nobody from hearing it', async () => {
  const { members } = await tableOf(3, (from, to) => !(from === 1 && to === 2));
  const [a, b, m] = members as [Member, Member, Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await vi.waitUntil(() => a.sent.length === 2, WITHIN);
  for (const { kind, sealed } of a.sent) {
    b.codes.heard(memberOf(m.sitter), kind, sealed);
    b.codes.heard(memberOf(a.sitter), kind, sealed);
  }
  await allStand(members);
});

test('[CODE2] a reveal that was lost is said again to whoever awaits it, though its own side is done', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    let lost = true;
    const { members } = await tableOf(2, (from, _, { kind }) => !(lost && from === 1 && kind === 'reveal'));
    const [a, b] = members as [Member, Member];
    const real = (is: () => boolean) => vi.waitUntil(is, { ...WITHIN, interval: 0 });
    await real(() => a.codes.state().open);
    a.codes.begin();
    await real(() => numbersOf(a) !== null);
    expect(numbersOf(b)).toBeNull();
    lost = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await real(() => numbersOf(b) !== null);
  } finally {
    vi.useRealTimers();
  }
});

test('[CODE2] however often words are said again, they use up no keys', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let away = true;
    const { members } = await tableOf(2, () => !away);
    const [a] = members as [Member, Member];
    const real = (is: () => boolean) => vi.waitUntil(is, { ...WITHIN, interval: 0 });
    await real(() => a.codes.state().open);
    a.codes.begin();
    await real(() => a.sent.length === 1);
    await vi.advanceTimersByTimeAsync(300 * 5_000);
    expect(a.sent.length).toBeGreaterThan(200);
    away = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await real(() => members.every((member) => numbersOf(member) !== null));
  } finally {
    vi.useRealTimers();
  }
});

test('[CODE8] “different” that comes before the code stands here is counted once it does', async () => {
  let held = true;
  const late: (() => void)[] = [];
  const { members } = await tableOf(3, (from, to, word) => {
    if (!held || from !== 3 || to !== 2 || word.kind !== 'reveal') return true;
    late.push(() => members[1]?.codes.heard(memberOf((members[2] as Member).sitter), word.kind, word.sealed));
    return false;
  });
  const [a, b] = members as [Member, Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await vi.waitUntil(() => numbersOf(a) !== null, WITHIN);
  a.codes.compared(false);
  await vi.waitUntil(() => a.sent.some(({ kind }) => kind === 'compared'), WITHIN);
  held = false;
  for (const tell of late) tell();
  await vi.waitUntil(() => b.codes.state().different.includes(1), WITHIN);
});

test('[CODE8] only those whom the code covers are counted; “different” outlives a newer code', async () => {
  const { members, circles, add } = await tableOf(2);
  const [a, b] = members as [Member, Member];
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  a.codes.begin();
  await allStand(members);
  b.codes.compared(false);
  await vi.waitUntil(() => a.codes.state().different.length === 1, WITHIN);
  const late = await sitter(7);
  const next = await circlesOf([a.sitter, { ...b.sitter, seating: 8 }, late], circles[0]);
  members.splice(1, 1);
  const [c, d] = [add({ ...b.sitter, seating: 8 }), add(late)];
  for (const [n, member] of [a, c, d].entries()) member.codes.advanced(next[n] as Circle); // three were made
  await vi.waitUntil(() => a.codes.state().open, WITHIN);
  const { standing } = a.codes.state();
  const same = { kind: 'compared', code: standing?.hash ?? new Uint8Array(32), same: true } as const;
  a.codes.heard(memberOf(late), 'compared', granted(await sealSaid(next[2] as Circle, 7, same)));
  a.codes.compared(true);
  await vi.waitUntil(() => a.codes.state().standing?.compared.has(1), WITHIN);
  expect(a.codes.state().standing?.compared.has(7)).toBe(false);
  d.codes.begin();
  await vi.waitUntil(() => String(numbersOf(a)) !== String(standing?.numbers), WITHIN);
  expect(a.codes.state().standing?.compared.size).toBe(0);
  expect(a.codes.state()).toMatchObject({ different: [2], standing: { by: 7 } });
  c.codes.compared(true);
  await vi.waitUntil(() => a.codes.state().different.length === 0, WITHIN);
});
