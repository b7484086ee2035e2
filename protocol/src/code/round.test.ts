import { expect, test } from 'vitest';
import { type Bytes, encode, hash, toHex } from '../bytes/index.ts';
import type { Circle, Leaf } from '../keys/index.ts';
import { randomOf, seedFrom } from '../testing/index.ts';
import { hear, openRound, ownWords, progressOf, type Round, type Said } from './index.ts';

const random = randomOf(seedFrom(process.env.PARLEY_SEED));
const fresh = (): Bytes => Uint8Array.from({ length: 32 }, () => random.below(256));

/** One epoch of a circle as each of its members sees it: all that a round reads of it. */
const circlesOf = (size: number, epoch = 1): readonly Circle[] => {
  const authenticator = fresh();
  const leaves: readonly Leaf[] = Array.from({ length: size }, (_, leaf) => ({
    leaf,
    seating: leaf + 1,
    mandate: fresh(),
    device: fresh(),
    keyPackage: fresh(),
  }));
  const meeting = new Uint8Array(16);
  return leaves.map(({ leaf }) => ({
    meeting,
    circle: 'table',
    generation: 1,
    epoch,
    ownLeaf: leaf,
    leaves,
    authenticator,
  }));
};

const roundsOf = (size: number): readonly Round[] => circlesOf(size).map((circle) => openRound(circle, fresh()));

const wordOf = <K extends Said['kind']>(round: Round, kind: K): Extract<Said, { readonly kind: K }> => {
  const found = ownWords(round).find((word): word is Extract<Said, { readonly kind: K }> => word.kind === kind);
  if (!found) throw new Error(`no ${kind} is due`);
  return found;
};

const tell = (rounds: readonly Round[], kind: Said['kind']): readonly Round[] => {
  const words = rounds.map((round) => ({ by: round.own.seating, word: wordOf(round, kind) }));
  return rounds.map((round) => words.reduce((heard, { by, word }) => hear(heard, by, word), round));
};

const codeOf = (round: Round) => {
  const progress = progressOf(round);
  if (progress.kind !== 'stands') throw new Error(progress.kind);
  return progress.code;
};

const brokenBy = (round: Round) => {
  const progress = progressOf(round);
  return progress.kind === 'broken' ? [progress.refusal.code, ...progress.suspects] : progress.kind;
};

test('[CODE3, CODE4, CODE6] all commit, all reveal, and all have one code of five numbers', () => {
  const began = roundsOf(8);
  for (const round of began) {
    expect(progressOf(round)).toMatchObject({ kind: 'committing' });
    expect(ownWords(round).map(({ kind }) => kind)).toEqual(['commitment']); // and shows no nonce
  }
  const committed = tell(began, 'commitment');
  expect(progressOf(committed[0] as Round)).toEqual({ kind: 'revealing', missing: [2, 3, 4, 5, 6, 7, 8] }); // eight were made
  const codes = tell(committed, 'reveal').map(codeOf);
  expect(new Set(codes.map((code) => toHex(code.hash))).size).toBe(1);
  expect(codes[0]?.numbers).toHaveLength(5);
  for (const number of codes[0]?.numbers ?? []) expect(number).toBeLessThan(2048);
});

test('[CODE6] the numbers are the first 55 bits of the code', () => {
  const [round] = tell(tell(roundsOf(2), 'commitment'), 'reveal');
  const code = codeOf(round as Round); // two were made
  const bits = [...code.hash.subarray(0, 7)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  expect(code.numbers.map((number) => number.toString(2).padStart(11, '0')).join('')).toBe(bits.slice(0, 55));
});

test('[CODE1, CODE7] another epoch, roster, meeting or founding: another code, even of the same nonces', () => {
  const [circle] = circlesOf(1) as [Circle];
  const nonce = fresh();
  const code = (change: Partial<Circle>) => toHex(codeOf(openRound({ ...circle, ...change }, nonce)).hash);
  const leaves = circle.leaves.map((leaf) => ({ ...leaf, mandate: fresh() }));
  const all = [
    {},
    { epoch: 2 },
    { generation: 2 },
    { authenticator: fresh() },
    { meeting: fresh().slice(16) },
    { leaves },
  ];
  expect(new Set(all.map(code)).size).toBe(all.length);
});

test('[CODE5] who is silent is named, before and after the commitments', () => {
  const [a, b, c] = roundsOf(3) as [Round, Round, Round];
  expect(progressOf(hear(a, 2, wordOf(b, 'commitment')))).toEqual({ kind: 'committing', missing: [3] });
  const [one, two] = tell([a, b, c], 'commitment') as [Round, Round, Round];
  expect(progressOf(hear(one, 2, wordOf(two, 'reveal')))).toEqual({ kind: 'revealing', missing: [3] });
});

test('[CODE4] reveals that come before the last commitment wait for it; words heard twice change nothing', () => {
  const began = roundsOf(3);
  const [a] = began as [Round, Round, Round];
  const [, b, c] = tell(began, 'commitment') as [Round, Round, Round];
  const early = hear(hear(a, 2, wordOf(b, 'commitment')), 2, wordOf(b, 'reveal'));
  expect(progressOf(early)).toEqual({ kind: 'committing', missing: [3] });
  const words = [b, c].flatMap((round) => ownWords(round).map((word) => ({ by: round.own.seating, word })));
  const late = [...words, ...words].reduce((heard, { by, word }) => hear(heard, by, word), early);
  expect(progressOf(late).kind).toBe('stands');
});

test('[CODE3, CODE4, CODE5] whoever breaks it is named, and no code is shown', () => {
  const [a, b, c] = tell(roundsOf(3), 'commitment') as [Round, Round, Round];
  const reveal = wordOf(b, 'reveal');
  expect(brokenBy(hear(a, 2, { kind: 'commitment', commitment: fresh() }))).toEqual(['code.twice', 2]);
  expect(brokenBy(hear(a, 2, { ...reveal, nonce: fresh() }))).toEqual(['code.nonce', 2]);
  // As it says itself, nobody told it otherwise: so it lies.
  expect(brokenBy(hear(a, 2, { ...reveal, set: fresh() }))).toEqual(['code.set', 2]);
  expect(brokenBy(hear(a, 2, { ...reveal, set: fresh(), parts: [] }))).toEqual(['code.set', 2, 3]);
  expect(brokenBy(hear(hear(a, 2, reveal), 2, { ...reveal, nonce: fresh() }))).toEqual(['code.twice', 2]);
  // For good, and nothing more is revealed.
  const broken = hear(a, 2, { ...reveal, set: fresh() });
  expect(brokenBy(hear(hear(broken, 2, reveal), 3, wordOf(c, 'reveal')))).toEqual(['code.set', 2]);
  expect(brokenBy(hear(broken, 3, { kind: 'commitment', commitment: fresh() }))).toEqual(['code.set', 2]);
  expect(ownWords(broken).map(({ kind }) => kind)).toEqual(['commitment']);
  // Strangers to the circle, and our own words come back, say nothing.
  expect(hear(a, 9, { kind: 'commitment', commitment: fresh() })).toBe(a);
  expect(hear(a, 1, { kind: 'commitment', commitment: fresh() })).toBe(a);
  expect(hear(a, 2, { kind: 'compared', code: fresh(), same: true })).toBe(a);
});

test('[CODE6] a code that stands is not changed by what comes after', () => {
  const [a] = tell(tell(roundsOf(2), 'commitment'), 'reveal') as [Round, Round];
  expect(hear(a, 2, { kind: 'commitment', commitment: fresh() })).toBe(a);
});

/** As many bits of a code as the attacker tries to bring about here; people read 55. */
const FEW = 8;
const few = (name: Bytes): number => (name[0] ?? 0) >> (8 - FEW);

test('[CODE4] who sits in two circles at once cannot choose its nonce after seeing the others’', () => {
  // A and M here, M and B there; what M would give to have the code of one table on the other.
  const [[a, m1], [b, m2]] = [roundsOf(2), roundsOf(2)] as [[Round, Round], [Round, Round]];
  const [honest, mine] = tell([a, m1], 'commitment') as [Round, Round];
  const wanted = few(codeOf(hear(mine, 1, wordOf(honest, 'reveal'))).hash);
  const [other, there] = tell([b, m2], 'commitment') as [Round, Round];
  const theirs = wordOf(other, 'reveal');
  let [found, tries] = [0, 0];
  for (; tries < 6_000; tries += 1) {
    const ground: Round = { ...there, own: { ...there.own, nonce: fresh() } };
    if (few(codeOf(hear(ground, 1, theirs)).hash) !== wanted) continue;
    found += 1;
    const { set } = wordOf(there, 'reveal');
    expect(brokenBy(hear(other, 2, { kind: 'reveal', set, nonce: ground.own.nonce, parts: [] }))).toEqual([
      'code.nonce',
      2,
    ]);
  }
  // Without commitments it would have had its code after some 256 tries, in a few milliseconds.
  expect(found).toBeGreaterThan(0);
});

test(`[CODE6] whoever waits for one table’s code before it commits at the other has one chance in 2^bits (seed ${random.seed})`, () => {
  const tables = 6_000;
  let same = 0;
  for (let n = 0; n < tables; n += 1) {
    const [here] = tell(tell(roundsOf(2), 'commitment'), 'reveal') as [Round, Round];
    const [there] = tell(tell(roundsOf(2), 'commitment'), 'reveal') as [Round, Round];
    if (few(codeOf(here).hash) === few(codeOf(there).hash)) same += 1;
  }
  const expected = tables / 2 ** FEW;
  expect(same).toBeGreaterThan(expected / 4);
  expect(same).toBeLessThan(expected * 2.5);
});

test('[CODE4, CODE5] who gives each of two members another commitment is named by both, and alone by both', () => {
  const [a, b, m, d] = roundsOf(4) as [Round, Round, Round, Round];
  const [toA, toB] = [wordOf(m, 'commitment'), { kind: 'commitment', commitment: fresh() } as const];
  const heard = (round: Round, words: readonly (readonly [Round, Said])[]) =>
    words.reduce((now, [by, word]) => hear(now, by.own.seating, word), round);
  const honest = [a, b, d].map((one) => [one, wordOf(one, 'commitment')] as const);
  const atA = heard(a, [...honest, [m, toA]]);
  const atB = heard(b, [...honest, [m, toB]]);
  const atD = heard(d, [...honest, [m, toB]]);
  const fromA = brokenBy(heard(atB, [[a, wordOf(atA, 'reveal')]]));
  const fromB = brokenBy(heard(atA, [[b, wordOf(atB, 'reveal')]]));
  const fromD = brokenBy(heard(atA, [[d, wordOf(atD, 'reveal')]]));
  expect([fromA, fromB, fromD]).toEqual([
    ['code.set', 1, 3],
    ['code.set', 2, 3],
    ['code.set', 3, 4],
  ]);
});

test('[CODE1, CODE3, CODE4] the hashes are those of the rules', () => {
  const [circle] = circlesOf(1) as [Circle];
  const nonce = fresh();
  const round = openRound(circle, nonce);
  const { meeting, generation, epoch, authenticator } = circle;
  const [leaf] = circle.leaves as [Leaf];
  const { seating, mandate, keyPackage } = leaf;
  const roster = hash('roster', encode([{ seating, mandate, keyPackage }]));
  const context = hash(
    'code-context',
    encode({ v: 1, meeting, circle: 'table', generation, epoch, authenticator, roster }),
  );
  const commitment = hash('code-commitment', encode({ context, seating: 1, nonce }));
  const set = hash('code-set', encode({ context, commitments: [{ seating: 1, commitment }] }));
  expect(ownWords(round)).toEqual([
    { kind: 'commitment', commitment },
    { kind: 'reveal', set, nonce, parts: [commitment.slice(0, 8)] },
  ]);
  expect(codeOf(round).hash).toEqual(hash('code', encode({ context, set, nonces: [nonce] })));
});
