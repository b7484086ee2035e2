import { Refusal } from '@parley/protocol/bytes';
import { proposalsIn, seatsOf, standingOf } from '../agreeing/proposal.ts';
import { makeLink } from '../doors/seat/link.ts';
import { guestsOf } from '../meeting/guests.ts';
import { command, EXIT } from './command.ts';
import { asParty, openable } from './meeting.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

export default command({
  usage: `link SEAT [--config FILE]
    makes a one-time link to a seat of an agreed meeting, or to a guest's: for one person, one browser, within a day`,
  files: { least: 1, most: 1 },
  options: CONFIG_OPTION,
  run: async ({ values, files: [seat = ''] }, { say, env, now }) => {
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    return asParty(config, now(), async (party) => {
      const { own, store } = party;
      for (const proposal of await proposalsIn(store)) {
        if (standingOf(proposal, now()) !== 'agreed') continue;
        const { meeting } = proposal.plan;
        const seats = [...seatsOf(proposal.plan, own.root), ...(await guestsOf(store, meeting, own.root))];
        if (!seats.some(({ id }) => id === seat)) continue;
        const sheet = await openable(party, config, proposal, now());
        if (sheet instanceof Refusal) return sheet;
        await store.addMeeting(meeting, sheet);
        say(await makeLink(store, config.seats.origin, { meeting, seat }, now()));
        return EXIT.done;
      }
      return new Refusal('door.unknown-seat', seat);
    });
  },
});
