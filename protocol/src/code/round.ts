import { type Bytes, encode, equal, hash, numbersOf, Refusal } from '../bytes/index.ts';
import { type Circle, rosterHash } from '../keys/index.ts';
import type { Said } from './said.ts';

type Reveal = Extract<Said, { readonly kind: 'reveal' }>;

/**
 * One member's view of the making of a code: everybody commits to a nonce, and reveals it once all have committed.
 * Whoever sits in two circles must so fix its share of both codes before it sees any of either. There is one for
 * each epoch: who wants another needs another epoch, which stands in the log.
 */
export type Round = {
  /** hash("code-context", encode({v, meeting, circle, generation, epoch, authenticator, roster})). */
  readonly context: Bytes;
  /** Seatings of all members, rising. */
  readonly members: readonly number[];
  readonly own: { readonly seating: number; readonly nonce: Bytes };
  readonly commitments: ReadonlyMap<number, Bytes>;
  readonly reveals: ReadonlyMap<number, Reveal>;
  /** Why there will be no code of this epoch, and who may be to blame; where there are several, one of them is. */
  readonly broken: { readonly suspects: readonly number[]; readonly refusal: Refusal } | null;
};

/** The code that a round leads to. */
export type TableCode = {
  /** Its name: 32 bytes, of which the numbers are the first 55 bits. */
  readonly hash: Bytes;
  /** Five numbers from 0 to 2,047: what is read aloud, as words or as digits. */
  readonly numbers: readonly number[];
};

/** How far a round has come; `missing` are those whose part has not come yet. */
export type Progress =
  | { readonly kind: 'committing' | 'revealing'; readonly missing: readonly number[] }
  | { readonly kind: 'stands'; readonly code: TableCode }
  | { readonly kind: 'broken'; readonly suspects: readonly number[]; readonly refusal: Refusal };

const NUMBERS = 5;

const contextOf = ({ meeting, circle, generation, epoch, authenticator, leaves }: Circle): Bytes =>
  hash('code-context', encode({ v: 1, meeting, circle, generation, epoch, authenticator, roster: rosterHash(leaves) }));

const commitmentTo = (context: Bytes, seating: number, nonce: Bytes): Bytes =>
  hash('code-commitment', encode({ context, seating, nonce }));

/**
 * Opens this device's view of the round of a circle's epoch, its own commitment made.
 * @param nonce 32 fresh random bytes; nobody may see them before all have committed
 */
export const openRound = (circle: Circle, nonce: Bytes): Round => {
  const own = circle.leaves.find(({ leaf }) => leaf === circle.ownLeaf);
  if (!own) throw new Error('this device has no leaf');
  const context = contextOf(circle);
  return {
    context,
    members: circle.leaves.map(({ seating }) => seating).sort((a, b) => a - b),
    own: { seating: own.seating, nonce },
    commitments: new Map([[own.seating, commitmentTo(context, own.seating, nonce)]]),
    reveals: new Map(),
    broken: null,
  };
};

/** hash("code-set", encode([{seating, commitment}, …])), by rising seating; null until all have committed. */
const setOf = ({ context, members, commitments }: Round): Bytes | null => {
  const all = members.flatMap((seating) => {
    const commitment = commitments.get(seating);
    return commitment ? [{ seating, commitment }] : [];
  });
  return all.length === members.length ? hash('code-set', encode({ context, commitments: all })) : null;
};

/** The first eight bytes of each commitment, by rising seating. */
const partsOf = ({ members, commitments }: Round): Bytes[] =>
  members.map((seating) => (commitments.get(seating) ?? new Uint8Array(0)).slice(0, 8));

/** This device's own words, as far as they are due; saying one again changes nothing. */
export const ownWords = (round: Round): readonly Said[] => {
  const { own, commitments } = round;
  const commitment = commitments.get(own.seating);
  const set = setOf(round);
  return [
    ...(commitment ? [{ kind: 'commitment', commitment } as const] : []),
    ...(set && !round.broken ? [{ kind: 'reveal', set, nonce: own.nonce, parts: partsOf(round) } as const] : []),
  ];
};

/** What is wrong with a reveal; null while not all commitments are there, and when it is right. */
const faultOf = (round: Round, by: number, { set, nonce, parts }: Reveal): Round['broken'] => {
  const known = setOf(round);
  if (!known) return null;
  if (!equal(set, known)) {
    // Whoever revealed was told otherwise by these, or says so: one of all named told two stories.
    const ours = partsOf(round);
    const others = round.members.filter((_, n) => !equal(ours[n] ?? known, parts[n] ?? set));
    const suspects = [...new Set([by, ...others])].filter((one) => one !== round.own.seating).sort((a, b) => a - b);
    return { suspects, refusal: new Refusal('code.set', suspects.join()) };
  }
  const commitment = round.commitments.get(by);
  return commitment && equal(commitment, commitmentTo(round.context, by, nonce)) ? null : brokenBy(by, 'code.nonce');
};

const brokenBy = (by: number, code: 'code.nonce' | 'code.twice'): NonNullable<Round['broken']> => ({
  suspects: [by],
  refusal: code === 'code.nonce' ? new Refusal('code.nonce', `${by}`) : new Refusal('code.twice', `${by}`),
});

const judge = (round: Round): Round => {
  for (const [by, reveal] of round.reveals) {
    const broken = faultOf(round, by, reveal);
    if (broken) return { ...round, broken };
  }
  return round;
};

const isSame = (one: Said, other: Said): boolean => equal(encode(one), encode(other));

/**
 * Hears another member. The round is broken, and stays so, by `code.twice` (another commitment or reveal than it gave
 * before), `code.nonce` (its nonce is not the one it had committed to) and `code.set`: it reveals to other commitments
 * than those that came here, and either it lies or somebody whose commitment differs told two stories. A code that stands is not changed any more.
 */
export const hear = (round: Round, by: number, what: Said): Round => {
  if (round.broken || progressOf(round).kind === 'stands') return round;
  if (!round.members.includes(by) || by === round.own.seating) return round;
  if (what.kind === 'commitment') {
    const before = round.commitments.get(by);
    if (before && !equal(before, what.commitment)) return { ...round, broken: brokenBy(by, 'code.twice') };
    return judge({ ...round, commitments: new Map(round.commitments).set(by, what.commitment) });
  }
  if (what.kind === 'reveal') {
    const before = round.reveals.get(by);
    if (before && !isSame(before, what)) return { ...round, broken: brokenBy(by, 'code.twice') };
    return judge({ ...round, reveals: new Map(round.reveals).set(by, what) });
  }
  return round;
};

const codeOf = (round: Round, set: Bytes, nonces: readonly Bytes[]): TableCode => {
  const name = hash('code', encode({ context: round.context, set, nonces }));
  return { hash: name, numbers: numbersOf(name.subarray(0, 8), NUMBERS) };
};

/** How far a round has come. */
export const progressOf = (round: Round): Progress => {
  if (round.broken) return { kind: 'broken', ...round.broken };
  const set = setOf(round);
  if (!set) return { kind: 'committing', missing: round.members.filter((one) => !round.commitments.has(one)) };
  const nonces = round.members.flatMap((one) => {
    const nonce = one === round.own.seating ? round.own.nonce : round.reveals.get(one)?.nonce;
    return nonce ? [nonce] : [];
  });
  if (nonces.length === round.members.length) return { kind: 'stands', code: codeOf(round, set, nonces) };
  const missing = round.members.filter((one) => one !== round.own.seating && !round.reveals.has(one));
  return { kind: 'revealing', missing };
};
