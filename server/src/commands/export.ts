import { existsSync } from 'node:fs';
import { Refusal } from '@parley/protocol/bytes';
import { writeNew } from '../files.ts';
import { makeRecord } from '../records/make.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `export --out RECORD [--meeting NUMBER] [--config FILE]
    writes the record of a meeting (the newest that was held unless told) that this node keeps; the node may be running`,
  options: { ...CONFIG_OPTION, out: { type: 'string' }, meeting: { type: 'string' } },
  run: async ({ values }, { say, now, env }) => {
    const { out, meeting } = values;
    if (!out) return new Refusal('command.usage', '--out is needed');
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    if (existsSync(out)) return new Refusal('file.exists', out);
    const made = await makeRecord(config, meeting, now());
    if (made instanceof Refusal) return made;
    const refusal = writeNew(out, made.bytes);
    if (refusal) return refusal;
    say(`${out}: the record of “${made.title}” with ${made.entries} entries, as ${config.name} holds it.`);
    say('It names who sat when, and their functions: give it to whom that may concern.');
    return EXIT.done;
  },
});
