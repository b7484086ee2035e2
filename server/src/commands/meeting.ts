import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { verifyCertificate } from '@parley/protocol/identity';
import type { Party } from '../agreeing/agree.ts';
import { type Proposal, proposalsIn, sheetOf } from '../agreeing/proposal.ts';
import type { NodeConfig } from '../config/config.ts';
import { namesOf, type Pinned, pinnedIn, pinsOf } from '../counterparts/pinned.ts';
import { identityWith } from '../identity/files.ts';
import { ownIdentity, withStore } from './own.ts';

/** A node as a command agrees on meetings in its name. */
export type OwnParty = Party & { readonly pinned: readonly Pinned[] };

/** Does some work in the name of a node, which may be running. Refuses what `actingIdentity` refuses. */
export const asParty = async <T>(
  config: NodeConfig,
  now: number,
  work: (party: OwnParty) => Promise<T | Refusal>,
): Promise<T | Refusal> => {
  const own = await ownIdentity(config, now);
  if (own instanceof Refusal) return own;
  return withStore(config, async (store) => {
    const pinned = await pinnedIn(config, store);
    const names = namesOf(config, own, pinned);
    return work({ own, pinned, pins: pinsOf(own, pinned), names, store });
  });
};

/**
 * The signed call sheet of an agreed meeting that this node can open; refuses `sheet.unsigned`, and `identity.key-gone`
 * (it was agreed on with an issuing key that is kept no longer, and opens with no other).
 */
export const openable = async (
  { own, pins }: Party,
  config: NodeConfig,
  proposal: Proposal,
  now: number,
): Promise<Bytes | Refusal> => {
  const { plan, signatures } = proposal;
  const issuer = signatures.get(toHex(own.root));
  const sheet = sheetOf(proposal);
  const signs = issuer && (await verifyCertificate(pins, issuer.certificate, plan.from));
  if (signs instanceof Refusal) return signs;
  if (!sheet || !signs) return new Refusal('sheet.unsigned', plan.title);
  const key = await identityWith(config.identity, signs.key, now);
  return key instanceof Refusal ? new Refusal('identity.key-gone', plan.title) : sheet;
};

const LEAST_DIGITS = 4;

/** The proposal whose number begins so (four digits or more); refuses `meeting.unknown` where there is none, or more than one. */
export const proposalBy = async ({ store }: Party, number: string): Promise<Proposal | Refusal> => {
  if (number.length < LEAST_DIGITS) return new Refusal('meeting.unknown', `${number}: four digits or more`);
  const found = (await proposalsIn(store)).filter(({ plan }) => toHex(plan.meeting).startsWith(number));
  const [only] = found;
  return only && found.length === 1 ? only : new Refusal('meeting.unknown', `${number}: ${found.length} of them`);
};
