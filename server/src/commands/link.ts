import { Refusal, toHex } from '@parley/protocol/bytes';
import { verifyCertificate } from '@parley/protocol/identity';
import { proposalsIn, seatsOf, sheetOf, standingOf } from '../agreeing/proposal.ts';
import { makeLink } from '../doors/seat/link.ts';
import { identityWith } from '../identity/files.ts';
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
    return asParty(config, now(), async ({ own, pins, store }) => {
      const agreed = (await proposalsIn(store)).filter((one) => standingOf(one, now()) === 'agreed');
      const found = agreed.find(({ plan }) => seatsOf(plan, own.root).some(({ id }) => id === seat));
      const sheet = found ? sheetOf(found) : null;
      if (!found || !sheet) return new Refusal('door.unknown-seat', seat);
      const { meeting } = found.plan;
      // It was agreed on with an issuing key, and opens with no other.
      const issuer = found.signatures.get(toHex(own.root));
      const signs = issuer && (await verifyCertificate(pins, issuer.certificate, found.plan.from));
      if (!signs || signs instanceof Refusal) return signs ?? new Refusal('sheet.unsigned', found.plan.title);
      const key = await identityWith(config.identity, signs.key, now());
      if (key instanceof Refusal) return new Refusal('identity.key-gone', found.plan.title);
      await store.addMeeting(meeting, sheet);
      say(await makeLink(store, config.seats.origin, { meeting, seat }, now()));
      return EXIT.done;
    });
  },
});
