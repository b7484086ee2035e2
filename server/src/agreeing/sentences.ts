import { equal, toHex } from '@parley/protocol/bytes';
import type { Plan } from '@parley/protocol/log';
import type { StoredErrand } from '../store/proposals.ts';
import { type Proposal, type Standing, standingOf } from './proposal.ts';

const NUMBER = 8;

/** The beginning of a meeting's number by which a person names it. */
export const numberOf = (plan: Plan): string => toHex(plan.meeting).slice(0, NUMBER);

const local = (ms: number): string => {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(Temporal.Now.timeZoneId());
  const utc = at.withTimeZone('UTC').toPlainDateTime().toString({ smallestUnit: 'minute' });
  return `${at.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ')} ${at.timeZoneId} (${utc}Z)`;
};

/** What is planned, a line each: when, who hosts, which seats. */
export const planLines = (plan: Plan): readonly string[] => [
  `from   ${local(plan.from)}`,
  `until  ${local(plan.until)}`,
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
