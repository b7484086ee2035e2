export { openSeat, type Seat, type SeenTile } from './seat.ts';
export { type Rehearsal, type RehearsalState, startRehearsal } from './start.ts';
