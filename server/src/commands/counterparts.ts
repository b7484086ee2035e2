import { Refusal, toHex } from '@parley/protocol/bytes';
import { introducedIn } from '../counterparts/pinned.ts';
import { command, EXIT } from './command.ts';
import { sentenceOf } from './introduce.ts';
import { CONFIG_OPTION, ownConfig, withStore } from './own.ts';

export default command({
  usage: `counterparts [--json] [--config FILE]
    says who was introduced to this node, and whose words were compared`,
  options: { ...CONFIG_OPTION, json: { type: 'boolean', default: false } },
  run: async ({ values }, { say, env }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
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
