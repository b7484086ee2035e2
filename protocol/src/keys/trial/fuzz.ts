import { type Bytes, equal, Refusal } from '../../bytes/index.ts';
import { joinCircle, readKeyPackage, receiveCommit } from '../index.ts';
import { COMMIT_LIMIT, readMessage, writeMessage } from '../message.ts';
import { random } from './random.ts';
import { CLASSIC, entryOf, NOW, Table, welcomeOf } from './table.ts';

/** Something like these bytes: a few of them turned, cut, doubled, moved or made up. */
const mutant = (rng: ReturnType<typeof random>, seeds: readonly Bytes[]): Bytes => {
  const seed = rng.pick(seeds);
  let bytes = [...seed];
  for (let times = 1 + rng.below(4); times > 0; times -= 1) {
    const at = rng.below(bytes.length + 1);
    const span = 1 + rng.below(8);
    const made = Array.from({ length: span }, () =>
      rng.pick([0, 1, 0x3f, 0x40, 0x80, 0xbf, 0xc0, 0xff, rng.below(256)]),
    );
    const kind = rng.below(6);
    if (kind === 0) bytes.splice(at, span, ...made);
    else if (kind === 1)
      bytes[at % Math.max(1, bytes.length)] = (bytes[at % Math.max(1, bytes.length)] ?? 0) ^ (1 << rng.below(8));
    else if (kind === 2) bytes.splice(at, span);
    else if (kind === 3) bytes.splice(at, 0, ...made);
    else if (kind === 4) bytes = bytes.slice(0, at);
    else bytes.splice(at, 0, ...rng.pick(seeds).slice(rng.below(64), 64 + rng.below(64)));
  }
  return Uint8Array.from(bytes);
};

/**
 * Feeds mutated KeyPackages, commits and Welcomes to the reader, and every `share`-th to the doors behind it.
 * @throws When something is accepted that is not what its writer wrote.
 */
export const fuzz = async (seed: number, inputs: number, share: number): Promise<void> => {
  const rng = random(seed);
  const table = await Table.of(4, CLASSIC);
  const guest = await table.newcomer();
  const draft = await table.draft(1, [guest], []);
  const roster = table.rosterAfter([guest], []);
  const commit = entryOf(draft, table.sitter(1).seated, table.upTo + 1, roster);
  const welcome = welcomeOf(draft, table.circle(1), roster);
  const true_ = [guest.package.keyPackage, draft.commit, draft.welcome ?? new Uint8Array()];
  for (let n = 0; n < inputs; n += 1) {
    const bytes = mutant(rng, true_);
    const what = `seed ${seed}, input ${n}`;
    const read = readMessage(bytes, COMMIT_LIMIT);
    if (read && !equal(writeMessage(read), bytes)) throw new Error(`${what}: re-encodes otherwise`);
    if (n % share !== 0 || true_.some((one) => equal(one, bytes))) continue;
    for (const result of [
      await readKeyPackage(bytes, NOW, CLASSIC),
      await receiveCommit(table.circle(2), bytes, commit),
      await joinCircle({ package: guest.package, welcome: bytes, expected: welcome }),
    ])
      if (!(result instanceof Refusal)) throw new Error(`${what}: accepted`);
  }
};
