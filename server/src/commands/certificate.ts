import { Refusal, toHex } from '@parley/protocol/bytes';
import { readBytes } from '../files.ts';
import { installCertificate } from '../identity/files.ts';
import { isHeld } from '../store/hold.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `certificate CERTIFIED [--config FILE]
    puts into place what the root certified; a node that runs takes it at its next start`,
  files: { least: 1, most: 1 },
  options: CONFIG_OPTION,
  run: async ({ values, files: [path = ''] }, { say, env, now }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    const given = readBytes(path, 16_384);
    if (given instanceof Refusal) return given;
    const runs = isHeld(config.folder);
    const identity = await installCertificate(config.identity, given, now(), runs);
    if (identity instanceof Refusal) return identity;
    const until = new Date(identity.until).toISOString();
    if (runs)
      say(
        `From its next start this node signs for ${config.name} until ${until}: start it anew before the old key ends.`,
      );
    else say(`This node signs for ${config.name} until ${until}.`);
    say(`The root of ${config.name} is ${toHex(identity.root)}: is it the one that you know?`);
    return EXIT.done;
  },
});
