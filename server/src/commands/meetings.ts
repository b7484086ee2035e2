import { equal, Refusal, toHex } from '@parley/protocol/bytes';
import { proposalsIn, standingOf } from '../agreeing/proposal.ts';
import { planLines, standingLines } from '../agreeing/sentences.ts';
import { command, EXIT } from './command.ts';
import { CONFIG_OPTION, ownConfig, withStore } from './own.ts';

export default command({
  usage: `meetings [--json] [--config FILE]
    says which meetings were proposed, who has signed, and who has yet to be told`,
  options: { ...CONFIG_OPTION, json: { type: 'boolean', default: false } },
  run: async ({ values }, { say, env, now }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    const { proposals, errands } = await withStore(config, async (store) => ({
      proposals: (await proposalsIn(store)).toSorted((a, b) => a.plan.from - b.plan.from),
      errands: await store.errands(),
    }));
    if (values.json) {
      const all = proposals.map((proposal) => {
        const { plan, signatures, withdrawn } = proposal;
        const { title, from, until, zone, record } = plan;
        return {
          meeting: toHex(plan.meeting),
          title,
          from,
          until,
          zone,
          record,
          standing: standingOf(proposal, now()),
          signed: [...signatures.keys()],
          withdrawn: withdrawn && { root: toHex(withdrawn.root), reason: withdrawn.reason },
          seats: plan.seats.map((seat) => ({ ...seat, root: toHex(seat.root) })),
          untold: errands
            .filter((one) => equal(one.meeting, plan.meeting))
            .map((one) => ({ root: toHex(one.root), refused: one.refused })),
        };
      });
      say(JSON.stringify(all, null, 2));
      return EXIT.done;
    }
    if (proposals.length === 0) say('None yet. Propose one: parley propose PLAN');
    for (const proposal of proposals) {
      for (const line of standingLines(proposal, errands, now())) say(line);
      for (const line of planLines(proposal.plan)) say(`  ${line}`);
    }
    return EXIT.done;
  },
});
