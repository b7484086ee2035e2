import type { DelegationView, SeatView, TileState, TileView } from '../../../web/src/session/view.ts';
import { portrait } from './portrait.ts';

export const alba: DelegationView = { root: 'a1'.repeat(32), name: 'Alba', own: true };
export const borland: DelegationView = { root: 'b2'.repeat(32), name: 'Borland', own: false };
export const corvina: DelegationView = { root: 'c3'.repeat(32), name: 'Republic of Corvina', own: false };

const seat = (
  id: string,
  delegation: DelegationView,
  role: SeatView['role'],
  name: string,
  title: string,
): SeatView => ({ id, delegation, role, name, function: title });

export const ada = seat('alba-1', alba, 'principal', 'Ada Lindqvist', 'President');
export const bram = seat('alba-2', alba, 'adviser', 'Bram de Wit', 'National security adviser');
export const boris = seat('borland-1', borland, 'principal', 'Viktor Marenko', 'President');
export const irina = seat('borland-2', borland, 'adviser', 'Irina Solovyova-Hartmann', 'Deputy foreign minister');
export const carla = seat('corvina-1', corvina, 'principal', 'Carla Montefiore', 'Prime minister');
export const diego = seat('corvina-2', corvina, 'adviser', 'Diego Rul', 'Ambassador');

/** Not on the call sheet. */
export const eva = seat('borland-guest', borland, 'adviser', 'Evgenia Vasilieva-Hartmann', 'Hydrologist');

/** Names as others may give them: the law lets these pass, and no screen may break by them. */
export const strange = [
  seat('strange-1', borland, 'principal', 'مريم العلي 7 (Alba)', 'رئيسة'),
  seat('strange-2', borland, 'adviser', 'W'.repeat(120), 'F'.repeat(160)),
  seat('strange-3', corvina, 'principal', `Z${'\u0334\u0327\u0355'.repeat(30)}a`, 'Вiktоr'),
  seat('strange-4', { ...corvina, name: 'אלבה'.repeat(30) }, 'adviser', '<b>Mira</b> & {name}', '\u3164'),
];

export const agreed = [ada, bram, boris, irina];

const colours = new Map([
  [ada.id, 205],
  [bram.id, 30],
  [boris.id, 350],
  [irina.id, 160],
  [carla.id, 265],
  [diego.id, 90],
]);

const withoutPicture = new Set([
  'connecting',
  'camera-off',
  'sound-only',
  'unproven',
  'line-lost',
  'mending',
  'refused',
]);

/** A tile in a state; its picture is drawn, in a colour of the person's own. */
export const tile = (
  seating: number,
  who: SeatView,
  state: TileState = { kind: 'verified' },
  muted = false,
): TileView => ({
  seating,
  seat: who,
  state,
  muted,
  picture: withoutPicture.has(state.kind) ? null : portrait(colours.get(who.id) ?? 0),
  sound: null,
});
