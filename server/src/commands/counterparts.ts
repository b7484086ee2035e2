import { Refusal, toHex } from '@parley/protocol/bytes';
import type { NodeConfig } from '../config/config.ts';
import { introducedIn } from '../counterparts/pinned.ts';
import { command, EXIT, type World } from './command.ts';
import { sentenceOf } from './introduce.ts';
import { CONFIG_OPTION, ownConfig, withStore } from './own.ts';

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
    says who was introduced to this node, and whose words were compared; --forget takes back what was read in under a
    root (as shown here, or its first eight digits or more): it is trusted no longer, and its meetings do not open`,
  options: { ...CONFIG_OPTION, json: { type: 'boolean', default: false }, forget: { type: 'string' } },
  run: async ({ values }, { say, env }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    const { forget } = values;
    if (forget !== undefined) return forgetOne(config, forget, say);
    const introduced = await withStore(config, introducedIn);
    const all = [
      ...config.counterparts.map((one) => ({ ...one, confirmation: null, how: 'pinned by the configuration' })),
      ...introduced.map((one) => ({ ...one, how: one.confirmation ? 'introduced' : 'words not compared yet' })),
    ].map(({ name, root, peer, confirmation, how }) => ({ name, root: toHex(root), peer, how, confirmation }));
    if (values.json) {
      say(JSON.stringify(all, null, 2));
      return EXIT.done;
    }
    if (all.length === 0) say('Nobody yet. Write your introduction: parley introduce --out FILE');
    for (const { name, root, peer, how, confirmation } of all) {
      say(`${name}: ${how}`);
      say(`  node  ${peer}`);
      say(`  root  ${root}`);
      if (confirmation) say(`  ${sentenceOf(confirmation)}`);
    }
    return EXIT.done;
  },
});
