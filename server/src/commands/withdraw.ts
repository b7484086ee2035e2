import { decode, encode, Refusal, text } from '@parley/protocol/bytes';
import { withdraw } from '../agreeing/agree.ts';
import { numberOf } from '../agreeing/sentences.ts';
import { command, EXIT } from './command.ts';
import { asParty, proposalBy } from './meeting.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `withdraw NUMBER [--because REASON] [--config FILE]
    declines a proposed meeting, or calls off an agreed one in which nobody has sat yet; it does not come back`,
  files: { least: 1, most: 1 },
  options: { ...CONFIG_OPTION, because: { type: 'string', default: '' } },
  run: async ({ values, files: [number = ''] }, { say, env, now }) => {
    const { because } = values;
    if (decode(text(400, 0), encode(because)) instanceof Refusal)
      return new Refusal('command.usage', '--because is one line of at most 400 characters');
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    return asParty(config, now(), async (party) => {
      const proposal = await proposalBy(party, number);
      if (proposal instanceof Refusal) return proposal;
      const refusal = await withdraw(party, proposal, because);
      if (refusal) return refusal;
      say(
        `${numberOf(proposal.plan)}  “${proposal.plan.title}” is withdrawn. The others are told as soon as this node runs and reaches theirs.`,
      );
      return EXIT.done;
    });
  },
});
