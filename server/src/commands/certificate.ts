import { Refusal } from '@parley/protocol/bytes';
import { installCertificate } from '../identity/files.ts';
import { command, EXIT } from './command.ts';
import { readBytes } from './files.ts';
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
    const identity = await installCertificate(config.identity, given, now());
    if (identity instanceof Refusal) return identity;
    say(`This node signs for ${config.name} until ${new Date(identity.until).toISOString()}.`);
    return EXIT.done;
  },
});
