import { type Bytes, decode, encode, equal, hash, Refusal, verify } from '@parley/protocol/bytes';
import { giveMandate } from '@parley/protocol/identity';
import { linkRedemption } from '@parley/protocol/wire';
import type { Clock } from '../../clock.ts';
import type { Identity } from '../../identity/files.ts';
import type { Store } from '../../store/store.ts';
import { freshCookie } from './cookie.ts';
import type { OwnSeat } from './seats.ts';

export type RedeemOptions = {
  readonly identity: Identity;
  readonly origin: string;
  readonly store: Store;
  readonly clock: Clock;
};

/** This clock may be hours ahead: whoever comes in meanwhile sits all the same once it is right. */
const EARLIER_MS = 86_400_000;

/**
 * Redeems a one-time link for a device and gives it its mandate; answers with the cookie to set. Refuses
 * `link.forged`, `link.unknown`, `link.used`, `link.expired`, `bytes.*`.
 */
export const redeemLink = async (
  { identity, origin, store, clock }: RedeemOptions,
  { agreed, meeting }: OwnSeat,
  body: Uint8Array,
): Promise<{ readonly cookie: string } | Refusal> => {
  const given = decode(linkRedemption, body, 4_096);
  if (given instanceof Refusal) return given;
  const { secret, device, sig } = given;
  const proof = encode({ origin, seat: agreed.id, secret });
  if (!(await verify(device, 'link', proof, sig))) return new Refusal('link.forged');
  const { sheet } = meeting;
  const now = clock.now();
  const where = { meeting: sheet.meeting, seat: agreed.id };
  const taken = await store.redeem(hash('link', secret), where, device, now);
  if (taken !== 'redeemed') return new Refusal(`link.${taken}`);
  const { certificate, mandate } = await mandateFor(identity, sheet.meeting, agreed, device, {
    from: Math.min(now, sheet.from) - EARLIER_MS,
    until: sheet.until,
  });
  const cookie = freshCookie(agreed.id, origin.startsWith('https:'));
  await store.putDevice({ ...where, key: device, cookie: cookie.hash, certificate, mandate });
  return { cookie: cookie.header };
};

const mandateFor = (
  identity: Identity,
  meeting: Bytes,
  agreed: OwnSeat['agreed'],
  device: Bytes,
  valid: { readonly from: number; readonly until: number },
) => {
  if (!equal(agreed.root, identity.root)) throw new Error('a seat of another delegation');
  const { certificate, root, signer } = identity;
  const { id: seat, role, name, function: title } = agreed;
  return giveMandate({ certificate, root, signer }, { meeting, seat, role, name, function: title, device, ...valid });
};
