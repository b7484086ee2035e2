import { existsSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import { databaseOf } from '../config/config.ts';
import { keptRoot } from '../identity/files.ts';
import { copyStore } from '../store/copy.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `backup --out FILE [--config FILE]
    copies all that this node keeps into one file; the node may be running. It holds no key that signs`,
  options: { ...CONFIG_OPTION, out: { type: 'string' } },
  run: async ({ values }, { say, env }) => {
    const { out } = values;
    if (!out) return new Refusal('command.usage', '--out is needed');
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    if (existsSync(out)) return new Refusal('file.exists', out);
    if (!existsSync(databaseOf(config))) return new Refusal('node.not-started', config.folder);
    const own = keptRoot(config.identity);
    const refusal = copyStore(databaseOf(config), out, own instanceof Refusal ? null : own.root);
    if (refusal) return refusal;
    say(`${out}: logs, meetings and counterparts of ${config.name}. Configuration and issuing key are not in it:`);
    say(`keep parley.jsonc beside it, and ${config.identity} in another place.`);
    return EXIT.done;
  },
});
