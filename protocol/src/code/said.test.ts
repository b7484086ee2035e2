import { expect, test } from 'vitest';
import { type Bytes, encode, type Plain, toHex } from '../bytes/index.ts';
import { seal } from '../keys/index.ts';
import { SUITE } from '../keys/suite.ts';
import { granted, Table } from '../keys/trial/table.ts';
import { codeOf } from '../testing/index.ts';
import { hear, openRound, openSaid, ownWords, progressOf, type Round, sealSaid } from './index.ts';

const fresh = (): Bytes => crypto.getRandomValues(new Uint8Array(32));

test('[CODE2, CODE6] three devices make one code over what they seal for each other', async () => {
  const table = await Table.of(3, SUITE);
  const rounds = new Map<number, Round>([1, 2, 3].map((own) => [own, openRound(table.circle(own), fresh())]));
  for (const kind of ['commitment', 'reveal'] as const)
    for (const by of [1, 2, 3]) {
      const word = ownWords(rounds.get(by) as Round).find((one) => one.kind === kind); // three were opened
      if (!word) throw new Error(`${by} has no ${kind} to say`);
      const sealed = granted(await sealSaid(table.circle(by), by, word));
      expect(sealed.length).toBeLessThan(600);
      for (const [own, round] of rounds)
        if (own !== by) rounds.set(own, hear(round, by, granted(await openSaid(table.circle(own), by, kind, sealed))));
    }
  const codes = [...rounds.values()].map(progressOf);
  expect(codes[0]?.kind).toBe('stands');
  expect(codes[1]).toEqual(codes[0]);
  expect(codes[2]).toEqual(codes[0]);
});

test('[CODE2] refuses what is another seating’s, and every other shape', async () => {
  const table = await Table.of(2, SUITE);
  const code = async (content: Plain, by = 1, kind: 'commitment' | 'reveal' = 'commitment') => {
    const sealed = granted(await seal(table.circle(1), encode(content)));
    return codeOf(await openSaid(table.circle(2), by, kind, sealed));
  };
  const said = { kind: 'commitment', commitment: fresh() };
  expect(await code({ v: 1, seating: 1, said })).toBe('granted');
  expect(await code({ v: 1, seating: 1, said }, 2)).toBe('code.seating');
  expect(await code({ v: 1, seating: 1, said }, 1, 'reveal')).toBe('code.seating');
  for (const content of [
    { v: 2, seating: 1, said },
    { v: 1, seating: 1, said, also: 1 },
    { v: 1, seating: 1, said: { kind: 'commitment', commitment: new Uint8Array(31) } },
    { v: 1, seating: 1, said: { kind: 'shout' } },
    toHex(fresh()),
  ])
    expect(await code(content)).toBe('bytes.malformed');
});
