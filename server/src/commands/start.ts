import { Refusal } from '@parley/protocol/bytes';
import { arePagesBuilt, buildPages, builtPages } from '../pages.ts';
import { runNode } from '../run-node.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `start [--config FILE]
    runs the node of a delegation until it is told to end (Ctrl-C, SIGTERM)`,
  options: CONFIG_OPTION,
  run: async ({ values }, { env, binary, say }) => {
    const config = ownConfig(values.config, env);
    // A supervisor is told of a configuration that is wrong, too: by runNode.
    if (!(config instanceof Refusal) && config.web === builtPages && !arePagesBuilt()) {
      say('Building the pages; this takes about ten seconds, once.');
      const refusal = await buildPages();
      if (refusal) return refusal;
    }
    return (await runNode(config, binary)) ?? EXIT.done;
  },
});
