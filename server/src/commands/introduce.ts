import { type Bytes, decode, encode, Refusal, text, toHex } from '@parley/protocol/bytes';
import { introductionNumbers, signIntroduction } from '@parley/protocol/identity';
import { numberText, wordsIn } from '@parley/protocol/words';
import type { NodeConfig } from '../config/config.ts';
import { judgeIntroduction } from '../counterparts/introduce.ts';
import { type Introduced, pinnedIn } from '../counterparts/pinned.ts';
import { readBytes, writeNew } from '../files.ts';
import type { Identity } from '../identity/files.ts';
import { command, EXIT, type World } from './command.ts';
import { CONFIG_OPTION, configWords, ownConfig, ownIdentity, withStore } from './own.ts';

const LIMIT = 16_384;
const PER_LINE = 4;

const writeOwn = async (config: NodeConfig, own: Identity, out: string, { say, now }: World) => {
  const introduction = await signIntroduction(own, { name: config.name, peer: config.peer.origin, at: now() });
  const refusal = writeNew(out, introduction);
  if (refusal) return refusal;
  say(`${out}: how ${config.name} presents itself. It holds no secret: send it by any way.`);
  say('Your counterpart reads it in, you read in theirs, and both compare the same twelve words.');
  return EXIT.done;
};

const inLines = (parts: readonly string[]): readonly string[] => {
  const wide = Math.max(...parts.map((part) => part.length)) + 5;
  const numbered = parts.map((part, n) => `${String(n + 1).padStart(4)} ${part}`.padEnd(wide));
  return Array.from({ length: Math.ceil(parts.length / PER_LINE) }, (_, line) =>
    numbered
      .slice(PER_LINE * line, PER_LINE * (line + 1))
      .join('  ')
      .trimEnd(),
  );
};

const sayWords = async (
  other: Introduced,
  {
    path,
    words,
    json,
    config,
  }: { readonly path: string; readonly words: readonly string[]; readonly json: boolean; readonly config: string },
  numbers: readonly number[],
  say: World['say'],
): Promise<number> => {
  const digits = numbers.map(numberText);
  const { name, peer, confirmation } = other;
  const root = toHex(other.root);
  if (json) {
    say(JSON.stringify({ name, root, peer, words, digits, confirmation }, null, 2));
    return EXIT.done;
  }
  say(`${name} presents itself:`);
  say(`  node  ${peer}`);
  say(`  root  ${root}`);
  say('');
  say(
    'Compare these words with them, by a channel that you trust (a voice that you know on the telephone, in person):',
  );
  for (const line of inLines(words)) say(line);
  say('or, in any language, these digits:');
  for (const line of inLines(digits)) say(line);
  say('');
  if (confirmation) {
    say(sentenceOf(confirmation));
    return EXIT.done;
  }
  say('Until then nothing opens. All twelve are the same on both sides:');
  say(`  parley introduce ${path} --with "whom you spoke to" --by telephone${config}`);
  say(
    'One is another: somebody stands between you. Do not go on; meet in person, and tell those who look after security.',
  );
  return EXIT.done;
};

/** When, with whom and how the words of a counterpart were compared. */
export const sentenceOf = ({ who, channel, at }: NonNullable<Introduced['confirmation']>): string =>
  `The words were compared with ${who}, by ${channel}, on ${new Date(at).toISOString().slice(0, 16)}Z.`;

/** What a person says of a comparison goes into one line of a list. */
const isLine = (line: string): boolean => line.trim() !== '' && !(decode(text(120), encode(line)) instanceof Refusal);

const readTheirs = async (
  config: NodeConfig,
  own: Identity,
  given: {
    readonly path: string;
    readonly bytes: Bytes;
    readonly language: string;
    readonly json: boolean;
    /** What a command that is shown is to end with, so that it means this node. */
    readonly config: string;
  },
  confirmed: { readonly who: string; readonly channel: string } | null,
  { say, now }: World,
): Promise<number | Refusal> =>
  withStore(config, async (store) => {
    const pinned = await pinnedIn(config, store);
    const reader = { own: { root: own.root, name: config.name }, pinned, plain: config.plain };
    const judged = await judgeIntroduction(store, reader, given.bytes, now());
    if (judged instanceof Refusal) return judged;
    const { found, before } = judged;
    const numbers = await introductionNumbers(own.root, found.root);
    const words = await wordsIn(given.language, numbers);
    if (words instanceof Refusal) return words;
    const renamed = before?.confirmation && (before.name !== found.name || before.peer !== found.peer);
    if (!confirmed) {
      const news = renamed ? `${before.name} ${before.peer} → ${found.name} ${found.peer}` : null;
      if (!renamed) await store.putIntroduction(found.root, given.bytes, now());
      await sayWords(found, { ...given, words }, numbers, say);
      return news === null ? EXIT.done : new Refusal('introduction.renamed', news);
    }
    // Of a root whose words nobody saw here nobody can have compared them.
    if (!before) return new Refusal('introduction.unread', found.name);
    await store.putIntroduction(found.root, given.bytes, now());
    if (found.confirmation) {
      say(`${found.name} was introduced before; that stays. ${sentenceOf(found.confirmation)}`);
      return EXIT.done;
    }
    const confirmation = { ...confirmed, at: now() };
    await store.confirm(found.root, confirmation);
    say(`${found.name} is introduced. ${sentenceOf(confirmation)}`);
    for (const line of inLines(words)) say(line);
    say('From now on this node trusts exactly that root for them, and speaks with their node.');
    return EXIT.done;
  });

export default command({
  usage: `introduce --out FILE [--config FILE]
    writes how your delegation presents itself
  introduce FILE [--with WHO --by CHANNEL] [--words LANGUAGE] [--json] [--config FILE]
    reads in how a counterpart does, and shows the twelve words to compare; then, with --with and --by, takes
    your word that they were the same: only then it is trusted`,
  files: { least: 0, most: 1 },
  options: {
    ...CONFIG_OPTION,
    out: { type: 'string' },
    with: { type: 'string' },
    by: { type: 'string' },
    words: { type: 'string', default: 'en' },
    json: { type: 'boolean', default: false },
  },
  run: async ({ values, files: [path] }, world) => {
    const { out, with: who, by: channel, words: language, json } = values;
    if ((out === undefined) === (path === undefined))
      return new Refusal('command.usage', 'either --out, to write your own, or the file of a counterpart');
    if ((who === undefined) !== (channel === undefined))
      return new Refusal(
        'command.usage',
        '--with and --by belong together: whom you compared with, and by what channel',
      );
    for (const line of [who, channel])
      if (line !== undefined && !isLine(line)) return new Refusal('command.usage', '--with and --by are a line each');
    const config = ownConfig(values.config, world.env);
    if (config instanceof Refusal) return config;
    const own = await ownIdentity(config, world.now());
    if (own instanceof Refusal) return own;
    if (out !== undefined) return writeOwn(config, own, out, world);
    const bytes = readBytes(path ?? '', LIMIT);
    if (bytes instanceof Refusal) return bytes;
    const confirmed = who !== undefined && channel !== undefined ? { who, channel } : null;
    const given = { path: path ?? '', bytes, language, json, config: configWords(values.config) };
    return readTheirs(config, own, given, confirmed, world);
  },
});
