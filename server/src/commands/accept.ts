import { Refusal } from '@parley/protocol/bytes';
import { agree } from '../agreeing/agree.ts';
import { numberOf, planLines } from '../agreeing/sentences.ts';
import { command, EXIT } from './command.ts';
import { asParty, proposalBy } from './meeting.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `accept NUMBER [--config FILE]
    agrees to a proposed meeting by signing its plan; NUMBER as parley meetings shows it`,
  files: { least: 1, most: 1 },
  options: CONFIG_OPTION,
  run: async ({ values, files: [number = ''] }, { say, env, now }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    return asParty(config, now(), async (party) => {
      const proposal = await proposalBy(party, number);
      if (proposal instanceof Refusal) return proposal;
      const { plan } = proposal;
      say(`${numberOf(plan)}  “${plan.title}”:`);
      for (const line of planLines(plan)) say(`  ${line}`);
      const refusal = await agree(party, proposal, now());
      if (refusal) return refusal;
      say(
        `It is signed by ${config.name}. The others are told as soon as this node runs and reaches theirs. It stands`,
      );
      say('when all have signed (parley meetings). Then, for each of your people: parley link SEAT');
      return EXIT.done;
    });
  },
});
