import {
  baseKey,
  draftCommit,
  dropPending,
  joinCircle,
  preparePackage,
  receiveCommit,
  SUITE,
} from '@parley/protocol/keys';
import { entryOf, granted, NOW, Table, welcomeOf } from '../protocol/src/keys/trial/table.ts';
import { lineOf, median, type Row } from './table.ts';

const ROUNDS = 12;
const BAR = 300;

/** What a join into a circle of 49 costs whom, in milliseconds (medians) and bytes. */
export type JoinCost = {
  readonly tree: 'settled' | 'just founded';
  readonly prepare: number;
  readonly draft: number;
  readonly join: number;
  readonly receive: number;
  /** Draft, and then the slower of newcomer and member: until everybody's keys stand. */
  readonly critical: number;
  readonly commitBytes: number;
  readonly welcomeBytes: number;
};

const measure = async (table: Table, tree: JoinCost['tree']): Promise<JoinCost> => {
  const times = { prepare: [], draft: [], join: [], receive: [], critical: [] } as {
    [name in 'prepare' | 'draft' | 'join' | 'receive' | 'critical']: number[]; // filled below
  };
  const sizes = { commit: 0, welcome: 0 };
  const [committer, member] = [table.sitter(1), table.sitter(30)];
  // The first round warms up and is not counted.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const guest = await table.newcomer();
    const began = performance.now();
    await preparePackage({ mandate: guest.seated.mandate, signer: guest.signer, from: NOW, until: NOW + 1 });
    const prepared = performance.now();
    const roster = table.rosterAfter([guest], []);
    const packages = [guest.package.keyPackage];
    const draft = granted(await draftCommit(table.circle(1), { upTo: table.upTo + 1, roster, packages }));
    const drafted = performance.now();
    const expected = welcomeOf(draft, table.circle(1), roster);
    const welcome = draft.welcome ?? new Uint8Array(0);
    await baseKey(granted(await joinCircle({ package: guest.package, welcome, expected })));
    const joined = performance.now();
    const entry = entryOf(draft, committer.seated, table.upTo + 1, roster);
    await baseKey(granted(await receiveCommit(table.circle(member.seated.seating), draft.commit, entry)));
    const received = performance.now();
    dropPending(draft.pending);
    Object.assign(sizes, { commit: draft.commit.length, welcome: welcome.length });
    if (round === 0) continue;
    times.prepare.push(prepared - began);
    times.draft.push(drafted - prepared);
    times.join.push(joined - drafted);
    times.receive.push(received - joined);
    times.critical.push(drafted - prepared + Math.max(joined - drafted, received - joined));
  }
  return {
    tree,
    prepare: median(times.prepare),
    draft: median(times.draft),
    join: median(times.join),
    receive: median(times.receive),
    critical: median(times.critical),
    commitBytes: sizes.commit,
    welcomeBytes: sizes.welcome,
  };
};

/**
 * Measures a join into 50 under X-Wing: one real committer, one real newcomer, one real member; what the others do
 * happens on their machines. Once in a tree that members have settled, once in one just founded (the worst there is:
 * nothing is shared yet, and the path is sealed to every leaf).
 */
export const measureJoins = async (): Promise<readonly JoinCost[]> => {
  const table = await Table.of(49, SUITE);
  const fresh = await measure(table, 'just founded');
  for (const by of [49, 25, 13, 37, 7, 19, 31, 43, 1]) await table.commit(by, [], []);
  return [await measure(table, 'settled'), fresh];
};

/** One row of the bench's table for each kind of tree. */
export const joinRows = (costs: readonly JoinCost[]): readonly Row[] =>
  costs.map((cost): Row => {
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    const parts = `draft ${ms(cost.draft)}, newcomer ${ms(cost.join)}, member ${ms(cost.receive)}`;
    const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
    const size = `commit ${kib(cost.commitBytes)}, Welcome ${kib(cost.welcomeBytes)}`;
    const measure = `join into 50 (${cost.tree} tree): until keys stand`;
    return { measure, value: cost.critical, bar: BAR, unit: 'ms', digits: 0, of: `${parts}; ${size}; n ${ROUNDS}` };
  });

if (import.meta.main) for (const row of joinRows(await measureJoins())) console.info(lineOf(row));
