import { decode, encode, Refusal, type Signer, sign } from '@parley/protocol/bytes';
import { linkProof, redemptionReply } from '@parley/protocol/wire';
import type { Place } from './place.ts';

/**
 * Redeems a one-time link for this device: proves the device key and hands over the link's secret, once.
 * Refuses `node.unreachable`, or what the node refuses.
 */
export const redeem = async (place: Place, secret: NonNullable<Place['link']>, device: Signer): Promise<Refusal | null> => {
  const proof = encode({ origin: place.origin, seat: place.seat, secret } satisfies Proof);
  const body = encode({ secret, device: device.publicKey, sig: await sign(device, 'link', proof) });
  const reply = await post(place.redeemUrl, body);
  if (reply instanceof Refusal) return reply;
  const read = decode(redemptionReply, reply);
  if (read instanceof Refusal) return read;
  return read.kind === 'redeemed' ? null : new Refusal(read.code, read.detail);
};

type Proof = ReturnType<typeof linkProof.parse>;

const post = async (url: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | Refusal> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/cbor' },
      redirect: 'error',
    });
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    return new Refusal('node.unreachable');
  }
};
