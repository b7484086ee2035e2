import { Refusal, toHex } from '@parley/protocol/bytes';
import type { NodeConfig } from '../config/config.ts';
import { introducedIn } from '../counterparts/pinned.ts';
import type { StoredLine } from '../store/counterparts.ts';
import { command, EXIT, type World } from './command.ts';
import { sentenceOf } from './introduce.ts';
import { CONFIG_OPTION, ownConfig, withStore } from './own.ts';

const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** How the line to a counterpart's node stands, as this node found last. */
const lineOf = ({ reached, away }: Omit<StoredLine, 'root'>): string => {
  const last = reached === null ? 'It was never reached.' : `It was reached last on ${minute(reached)}.`;
  const clocks = 'Its clock and this one are more than a minute apart: set both by a time server. ';
  const why = away?.why === 'peer.stale' ? clocks : '';
  return away ? `Its node is away since ${minute(away.since)} (${away.why}). ${why}${last}` : last;
};

const LEAST_DIGITS = 8;

const forgetOne = (config: NodeConfig, begin: string, say: World['say']): Promise<number | Refusal> =>
  withStore(config, async (store) => {
    const found = (await introducedIn(store)).filter(({ root }) => toHex(root).startsWith(begin));
    const [one] = found;
    if (!one || found.length > 1 || begin.length < LEAST_DIGITS) return new Refusal('introduction.unknown', begin);
    await store.dropIntroduction(one.root);
    say(`${one.name} ${toHex(one.root)} is forgotten: this node trusts it no longer.`);
    return EXIT.done;
  });

export default command({
  usage: `counterparts [--json] [--forget ROOT] [--config FILE]
    says who was introduced to this node, whose words were compared, and since when a node of theirs is away; --forget takes back what was read in under a
    root (as shown here, or its first eight digits or more): it is trusted no longer, and its meetings do not open`,
  options: { ...CONFIG_OPTION, json: { type: 'boolean', default: false }, forget: { type: 'string' } },
  run: async ({ values }, { say, env }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    const { forget } = values;
    if (forget !== undefined) return forgetOne(config, forget, say);
    const { introduced, lines } = await withStore(config, async (store) => ({
      introduced: await introducedIn(store),
      lines: new Map((await store.lines()).map(({ root, ...line }) => [toHex(root), line])),
    }));
    const all = [
      ...config.counterparts.map((one) => ({ ...one, confirmation: null, how: 'pinned by the configuration' })),
      ...introduced.map((one) => ({ ...one, how: one.confirmation ? 'introduced' : 'words not compared yet' })),
    ].map(({ name, root, peer, confirmation, how }) => {
      const line = lines.get(toHex(root)) ?? null;
      return { name, root: toHex(root), peer, how, confirmation, line };
    });
    if (values.json) {
      say(JSON.stringify(all, null, 2));
      return EXIT.done;
    }
    if (all.length === 0) say('Nobody yet. Write your introduction: parley introduce --out FILE');
    for (const { name, root, peer, how, confirmation, line } of all) {
      say(`${name}: ${how}`);
      say(`  node  ${peer}`);
      say(`  root  ${root}`);
      if (confirmation) say(`  ${sentenceOf(confirmation)}`);
      if (line) say(`  ${lineOf(line)}`);
    }
    return EXIT.done;
  },
});
