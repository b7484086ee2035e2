import { Refusal } from '@parley/protocol/bytes';
import { proposalsIn, seatsOf, sheetOf, standingOf } from '../agreeing/proposal.ts';
import { makeLink } from '../doors/seat/link.ts';
import { command, EXIT } from './command.ts';
import { asParty } from './meeting.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `link SEAT [--config FILE]
    makes a one-time link to a seat of an agreed meeting: for one person, one browser, within a day`,
  files: { least: 1, most: 1 },
  options: CONFIG_OPTION,
  run: async ({ values, files: [seat = ''] }, { say, env, now }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    return asParty(config, now(), async ({ own, store }) => {
      const agreed = (await proposalsIn(store)).filter((one) => standingOf(one, now()) === 'agreed');
      const found = agreed.find(({ plan }) => seatsOf(plan, own.root).some(({ id }) => id === seat));
      const sheet = found ? sheetOf(found) : null;
      if (!found || !sheet) return new Refusal('door.unknown-seat', seat);
      const { meeting } = found.plan;
      await store.addMeeting(meeting, sheet);
      say(await makeLink(store, config.seats.origin, { meeting, seat }, now()));
      return EXIT.done;
    });
  },
});
