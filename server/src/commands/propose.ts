import { randomBytes } from 'node:crypto';
import { Refusal } from '@parley/protocol/bytes';
import { propose } from '../agreeing/agree.ts';
import { readPlanFile } from '../agreeing/plan-file.ts';
import { numberOf, planLines } from '../agreeing/sentences.ts';
import { command, EXIT } from './command.ts';
import { asParty } from './meeting.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `propose PLAN [--config FILE]
    signs the plan of a meeting and proposes it to the delegations in it; server/meeting.schema.json describes the file`,
  files: { least: 1, most: 1 },
  options: CONFIG_OPTION,
  run: async ({ values, files: [path = ''] }, { say, env, now }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    return asParty(config, now(), async (party) => {
      const others = party.pinned.map(({ name, root }) => [name, root] as const);
      const known = new Map([[config.name, party.own.root] as const, ...others]);
      const drafted = readPlanFile(path, known, new Uint8Array(randomBytes(16)));
      if (drafted instanceof Refusal) return drafted;
      const { plan } = drafted;
      say(`${numberOf(plan)}  “${plan.title}”:`);
      for (const line of planLines(plan)) say(`  ${line}`);
      const refusal = await propose(party, drafted, now());
      if (refusal) return refusal;
      say(
        `It is proposed, signed by ${config.name}. The others are told as soon as this node runs and reaches theirs. It`,
      );
      say('stands when all have signed:');
      say('  parley meetings');
      return EXIT.done;
    });
  },
});
