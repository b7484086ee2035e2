import { type Bytes, equal, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import { fingerprint, type Mandate, type Pins, verifyMandate } from '@parley/protocol/identity';
import { type AgreedSeat, type Sheet, verifySheet } from '@parley/protocol/log';
import type { NodeToDevice } from '@parley/protocol/wire';
import type { DelegationView, SeatView } from './view.ts';

/** What was agreed, as this device verified it itself. */
export type Agreement = {
  readonly sheet: Sheet;
  readonly pins: Pins;
  readonly mandate: Mandate;
  readonly chain: Extract<NodeToDevice, { kind: 'agreed' }>['chain'];
  readonly seat: AgreedSeat;
  /** Whether the call sheet does not name this seat: it is open once every chair has let us in. */
  readonly guest: boolean;
  /** The node's clock minus this device's, in ms. */
  readonly clockOffset: number;
};

/**
 * Verifies what the node says was agreed: the sheet under the pinned roots, and this device's own mandate.
 * `keepPin` holds each delegation to the root that this device saw first. Refuses `identity.root-changed`,
 * `mandate.other-device`, `mandate.other-seat`, and what `verifySheet` and `verifyMandate` refuse.
 */
export const verifyAgreement = async (
  said: Extract<NodeToDevice, { kind: 'agreed' }>,
  own: { readonly seat: string; readonly device: Signer; readonly now: number },
  keepPin: (delegation: string, root: string) => Promise<boolean>,
): Promise<Agreement | Refusal> => {
  const pins: Pins = new Map(said.roots.map((keys) => [toHex(fingerprint(keys)), keys]));
  const sheet = await verifySheet(pins, said.sheet);
  if (sheet instanceof Refusal) return sheet;
  for (const { name, root } of sheet.delegations)
    if (!(await keepPin(name, toHex(root)))) return new Refusal('identity.root-changed', name);
  const mandate = await verifyMandate(pins, said.chain, sheet.meeting, said.now);
  if (mandate instanceof Refusal) return mandate;
  if (!equal(mandate.device, own.device.publicKey)) return new Refusal('mandate.other-device');
  if (mandate.seat !== own.seat) return new Refusal('mandate.other-seat', mandate.seat);
  const agreed = sheet.seats.find(({ id }) => id === mandate.seat);
  const { seat: id, root, role, name, function: what } = mandate;
  const seat = agreed ?? { id, root, role, name, function: what };
  return { sheet, pins, mandate, chain: said.chain, seat, guest: !agreed, clockOffset: said.now - own.now };
};

/** A delegation of the sheet, as screens show it. */
export const delegationView = (sheet: Sheet, root: Bytes, own: Bytes): DelegationView => ({
  root: toHex(root),
  name: sheet.delegations.find((delegation) => equal(delegation.root, root))?.name ?? '',
  own: equal(root, own),
});

/** An agreed seat, as screens show it. */
export const seatView = (sheet: Sheet, seat: AgreedSeat, own: Bytes): SeatView => ({
  id: seat.id,
  role: seat.role,
  name: seat.name,
  function: seat.function,
  delegation: delegationView(sheet, seat.root, own),
});
