import { equal, Refusal } from '@parley/protocol/bytes';
import { proposalsIn, seatsOf, standingOf } from '../agreeing/proposal.ts';
import { makeLink } from '../doors/seat/link.ts';
import { guestsOf, keepGuest } from '../meeting/guests.ts';
import { command, EXIT } from './command.ts';
import { asParty, openable, proposalBy } from './meeting.ts';
import { CONFIG_OPTION, ownConfig } from './own.ts';

/** Seats that a guest may ask for: the chair is a matter of the call sheet, and press sits at no table. */
const ROLES = ['adviser', 'note-taker', 'interpreter', 'technician'] as const;

export default command({
  usage: `guest MEETING SEAT --name NAME --function WHAT [--role adviser|note-taker|interpreter|technician] [--config FILE]
    makes a one-time link for somebody whom the call sheet does not name: they knock, and come in once the chair of every
    delegation has said yes`,
  files: { least: 2, most: 2 },
  options: {
    ...CONFIG_OPTION,
    name: { type: 'string' },
    function: { type: 'string' },
    role: { type: 'string', default: 'adviser' },
  },
  run: async ({ values, files: [number = '', id = ''] }, { say, env, now }) => {
    const { name, function: what } = values;
    if (!name || !what) return new Refusal('command.usage', 'a guest has a --name and a --function');
    const role = ROLES.find((one) => one === values.role);
    if (!role) return new Refusal('command.usage', `--role ${values.role}: one of ${ROLES.join(', ')}`);
    const config = ownConfig(values.config, env);
    if (config instanceof Refusal) return config;
    return asParty(config, now(), async (party) => {
      const { own, store } = party;
      const proposal = await proposalBy(party, number);
      if (proposal instanceof Refusal) return proposal;
      const { plan } = proposal;
      const { meeting } = plan;
      if (standingOf(proposal, now()) !== 'agreed') return new Refusal('meeting.unknown', `${number}: not agreed on`);
      if (plan.seats.some((seat) => seat.id === id)) return new Refusal('knock.agreed', id);
      // One name opens one door.
      for (const other of await proposalsIn(store)) {
        if (standingOf(other, now()) !== 'agreed' || equal(other.plan.meeting, meeting)) continue;
        const seats = [...seatsOf(other.plan, own.root), ...(await guestsOf(store, other.plan.meeting, own.root))];
        if (seats.some((seat) => seat.id === id)) return new Refusal('node.seat-twice', id);
      }
      const sheet = await openable(party, config, proposal, now());
      if (sheet instanceof Refusal) return sheet;
      await store.addMeeting(meeting, sheet);
      const refusal = await keepGuest(store, meeting, { id, role, name, function: what });
      if (refusal) return refusal;
      say(await makeLink(store, config.seats.origin, { meeting, seat: id }, now()));
      return EXIT.done;
    });
  },
});
