import { type Bytes, decode, equal, Refusal, toHex } from '@parley/protocol/bytes';
import { assembleSheet, type Plan, readPlan, type SheetSignature, sheetSignature } from '@parley/protocol/log';
import type { ProposalStore, StoredProposal } from '../store/proposals.ts';

/** A meeting that was proposed, and how far it is agreed on. */
export type Proposal = {
  readonly plan: Plan;
  readonly body: Bytes;
  /** Who has signed, by root in hex. */
  readonly signatures: ReadonlyMap<string, SheetSignature>;
  readonly withdrawn: { readonly root: Bytes; readonly reason: string } | null;
};

/** How a proposal stands at a time (ms). */
export type Standing = 'proposed' | 'agreed' | 'withdrawn' | 'over';

export const standingOf = ({ plan, signatures, withdrawn }: Proposal, now: number): Standing => {
  if (withdrawn) return 'withdrawn';
  if (plan.until <= now) return 'over';
  return signatures.size === plan.delegations.length ? 'agreed' : 'proposed';
};

/** The signed call sheet of a proposal that every delegation signed, or null. */
export const sheetOf = ({ plan, body, signatures }: Proposal): Bytes | null => {
  const all = plan.delegations.map(({ root }) => signatures.get(toHex(root)));
  const given = all.filter((one) => one !== undefined);
  return given.length === all.length ? assembleSheet(body, given) : null;
};

const opened = ({ body, signatures, withdrawn }: StoredProposal): Proposal => {
  const plan = readPlan(body);
  const read = signatures.map(({ root, bytes }) => [toHex(root), decode(sheetSignature, bytes)] as const);
  if (plan instanceof Refusal) throw new Error(`the store holds a proposal that is none: ${plan.code}`);
  const given = read.filter((one): one is readonly [string, SheetSignature] => !(one[1] instanceof Refusal));
  return { plan, body, signatures: new Map(given), withdrawn };
};

/** All proposals that a node keeps. Throws where the store does not hold what was put into it. */
export const proposalsIn = async (store: ProposalStore): Promise<readonly Proposal[]> =>
  (await store.proposals()).map(opened);

/** The seats of one delegation. */
export const seatsOf = (plan: Plan, root: Bytes): Plan['seats'] => plan.seats.filter((seat) => equal(seat.root, root));
