import type { DelegationView, SeatView, TileState, TileView } from '../session/view.ts';

/** Seats and tiles for the tests of this folder. */
export const delegation = (name: string, own: boolean): DelegationView => ({ root: name, name, own });

const seat = (of: DelegationView, role: SeatView['role']): SeatView => ({
  id: `${of.name} ${role}`,
  role,
  name: `the ${role}`,
  function: role,
  delegation: of,
});

export const principal = (of: DelegationView): SeatView => seat(of, 'principal');
export const adviser = (of: DelegationView): SeatView => seat(of, 'adviser');

export const tile = (seating: number, who: SeatView, state: TileState = { kind: 'verified' }): TileView => ({
  seating,
  seat: who,
  state,
  muted: false,
  picture: null,
  sound: null,
});
