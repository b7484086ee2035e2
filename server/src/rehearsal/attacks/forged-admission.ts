import { randomBytes } from 'node:crypto';
import { encode, fromHex, hash } from '@parley/protocol/bytes';
import { giveMandate, mandateHash } from '@parley/protocol/identity';
import { signAct } from '@parley/protocol/log';
import type { Identity } from '../../identity/files.ts';
import { freshEd, signerOf } from '../../identity/keys.ts';

/** Where a forged entry would stand. */
export type ForgedPlace = { readonly meeting: Uint8Array; readonly seq: number; readonly head: string };

/** A seat that the forger wants to sit in. */
export type WantedSeat = {
  readonly id: string;
  readonly role: 'principal' | 'adviser';
  readonly name: string;
  readonly function: string;
};

/**
 * What a host would have to write to let somebody sit whom nobody mandated: a mandate for a counterpart's seat,
 * signed by the host's own issuing key in the counterpart's name, and an entry that admits it.
 */
export const forgeAdmission = async (
  host: Identity,
  victim: Identity,
  seat: WantedSeat,
  place: ForgedPlace,
  now: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const meeting = new Uint8Array(place.meeting);
  const device = signerOf(freshEd());
  const chain = await giveMandate(
    { certificate: host.certificate, root: victim.root, signer: host.signer },
    {
      meeting,
      seat: seat.id,
      role: seat.role,
      name: seat.name,
      function: seat.function,
      device: device.publicKey,
      from: now - 60_000,
      until: now + 3_600_000,
    },
  );
  const head = fromHex(place.head);
  const act = await signAct(device, {
    meeting,
    by: { kind: 'device', mandate: mandateHash(chain.mandate) },
    n: 1,
    saw: { seq: place.seq, head },
    action: {
      kind: 'sit',
      takesOver: false,
      chain,
      keyPackage: hash('key-package', new Uint8Array(randomBytes(64))),
      frameKey: signerOf(freshEd()).publicKey,
    },
  });
  return encode({ v: 1, meeting, seq: place.seq + 1, prev: head, time: now, act });
};
