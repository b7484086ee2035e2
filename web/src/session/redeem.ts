import { type Decoded, encode, Refusal, type Signer, sign } from '@parley/protocol/bytes';
import type { linkProof } from '@parley/protocol/wire';
import type { Place } from './place.ts';

/**
 * Redeems a one-time link for this device: proves the device key and hands over the link's secret, once.
 * Refuses `node.unreachable`, or what the node refuses.
 */
export const redeem = async (
  place: Place,
  secret: NonNullable<Place['link']>,
  device: Signer,
): Promise<Refusal | null> => {
  const proof = encode({ origin: place.origin, seat: place.seat, secret } satisfies Proof);
  const body = encode({ secret, device: device.publicKey, sig: await sign(device, 'link', proof) });
  try {
    const headers = { 'content-type': 'application/cbor' };
    const response = await fetch(place.redeemUrl, { method: 'POST', body, headers, redirect: 'error' });
    return response.ok ? null : readRefusal(await response.json());
  } catch {
    return new Refusal('node.unreachable');
  }
};

type Proof = Decoded<typeof linkProof>;

/** The node's own "no": a code and a detail; anything else is not this node's. */
const readRefusal = (reply: unknown): Refusal =>
  typeof reply === 'object' && reply !== null && 'code' in reply && typeof reply.code === 'string'
    ? new Refusal(reply.code.slice(0, 64))
    : new Refusal('node.unreachable');
