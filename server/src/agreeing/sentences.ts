import { equal, toHex } from '@parley/protocol/bytes';
import type { Plan, Recorded } from '@parley/protocol/log';
import type { StoredErrand } from '../store/proposals.ts';
import { type Proposal, type Standing, standingOf } from './proposal.ts';

const NUMBER = 8;

/** The beginning of a meeting's number by which a person names it. */
export const numberOf = (plan: Plan): string => toHex(plan.meeting).slice(0, NUMBER);

/** A moment in the meeting's zone, here where clocks show another time, and in UTC. */
const moment = (ms: number, zone: string): string => {
  const [there, here, utc] = [zone, Temporal.Now.timeZoneId(), 'UTC'].map((each) =>
    Temporal.Instant.fromEpochMilliseconds(ms)
      .toZonedDateTimeISO(each)
      .toPlainDateTime()
      .toString({ smallestUnit: 'minute' })
      .replace('T', ' '),
  );
  return `${there} ${zone}${here === there ? '' : `, here ${here}`} (${utc}Z)`;
};

const UNPROVEN = 'That another delegation deletes what it holds cannot be proven.';
const KEPT: { readonly [K in Recorded]: string } = {
  everything: 'everything of its log: who sat when, and what was decided.',
  decisions: `what was decided, not who sat when; each delegation deletes the rest at the close. ${UNPROVEN}`,
  nothing: `nothing; each delegation deletes its log at the close. ${UNPROVEN}`,
};

/** What the delegations agreed to keep of a meeting's log, as sentences that follow a colon (SHEET11). */
export const keptOf = (record: Recorded): string => KEPT[record];

/** What is planned, a line each: when, what is kept of it, who hosts, which seats. */
export const planLines = (plan: Plan): readonly string[] => [
  `from   ${moment(plan.from, plan.zone)}`,
  `until  ${moment(plan.until, plan.zone)}`,
  `kept   ${KEPT[plan.record]}`,
  ...plan.delegations.flatMap(({ root, name }) => [
    equal(root, plan.host) ? `${name}, whose node keeps the order` : name,
    ...plan.seats
      .filter((seat) => equal(seat.root, root))
      .map((seat) => `  ${seat.name}, ${seat.function} (${seat.role}): ${seat.id}`),
  ]),
];

const STANDINGS: { readonly [K in Standing]: string } = {
  proposed: 'proposed',
  agreed: 'agreed by all',
  withdrawn: 'withdrawn',
  over: 'over',
};

/** How a proposal stands, a line each: who has signed, who has not, who withdrew, who has yet to be told. */
export const standingLines = (proposal: Proposal, errands: readonly StoredErrand[], now: number): readonly string[] => {
  const { plan, signatures, withdrawn } = proposal;
  const nameOf = (root: Uint8Array) => plan.delegations.find((one) => equal(one.root, root))?.name ?? toHex(root);
  const open = plan.delegations.filter(({ root }) => !signatures.has(toHex(root))).map(({ name }) => name);
  const lines = [`${numberOf(plan)}  “${plan.title}”: ${STANDINGS[standingOf(proposal, now)]}`];
  if (withdrawn) lines.push(`  by ${nameOf(withdrawn.root)}${withdrawn.reason ? `: ${withdrawn.reason}` : ''}`);
  else if (open.length > 0) lines.push(`  not signed yet by ${open.join(', ')}`);
  for (const { root, refused } of errands.filter((one) => equal(one.meeting, plan.meeting)))
    lines.push(
      refused ? `  refused by ${nameOf(root)}: ${refused}` : `  not told yet to ${nameOf(root)} (why: parley doctor)`,
    );
  return lines;
};
