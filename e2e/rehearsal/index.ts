export { closeSeats, openSeat, type Seat } from './seat.ts';
export { type Rehearsal, startRehearsal } from './start.ts';
