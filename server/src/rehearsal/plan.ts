import { randomBytes } from 'node:crypto';
import type { Bytes } from '@parley/protocol/bytes';
import type { SheetBody } from '@parley/protocol/log';

/** A delegation of the rehearsal. The first one hosts. */
export type Cast = {
  /** Names folder and host name: `<id>.localhost`. */
  readonly id: string;
  readonly name: string;
  readonly seats: readonly {
    readonly id: string;
    readonly role: 'principal' | 'adviser';
    readonly name: string;
    readonly function: string;
  }[];
};

/** Who meets in a rehearsal: two delegations, invented, with a principal and an adviser each. */
export const cast: readonly [Cast, Cast] = [
  {
    id: 'alba',
    name: 'Alba',
    seats: [
      { id: 'alba-principal', role: 'principal', name: 'Ilaria Conti', function: 'President of the Republic' },
      { id: 'alba-adviser', role: 'adviser', name: 'Tomas Brandl', function: 'National Security Adviser' },
    ],
  },
  {
    id: 'borland',
    name: 'Borland',
    seats: [
      { id: 'borland-principal', role: 'principal', name: 'Anders Holm', function: 'Prime Minister' },
      { id: 'borland-adviser', role: 'adviser', name: 'Mira Osei', function: 'Foreign Policy Adviser' },
    ],
  },
];

const DAY_MS = 86_400_000;

/** The call sheet of one rehearsal: a new meeting at every start, from `now` (ms) for a day. */
export const rehearsalSheet = (roots: ReadonlyMap<string, Bytes>, now: number): SheetBody => {
  const root = (id: string): Bytes => {
    const found = roots.get(id);
    if (!found) throw new Error(`${id} has no root`);
    return found;
  };
  return {
    v: 1,
    meeting: new Uint8Array(randomBytes(16)),
    title: 'Rehearsal',
    host: root(cast[0].id),
    from: now,
    until: now + DAY_MS,
    delegations: cast.map(({ id, name }) => ({ root: root(id), name })),
    seats: cast.flatMap(({ id, seats }) => seats.map((seat) => ({ ...seat, root: root(id) }))),
  };
};
