import { randomBytes } from 'node:crypto';
import type { Bytes } from '@parley/protocol/bytes';
import type { SheetBody } from '@parley/protocol/log';

/** Somebody in a rehearsal: in a seat of the call sheet, or as a guest. */
type Person = {
  readonly id: string;
  readonly role: 'principal' | 'adviser';
  readonly name: string;
  readonly function: string;
};

/** A delegation of the rehearsal. */
export type Cast = {
  /** Names folder and host name: `<id>.localhost`. */
  readonly id: string;
  readonly name: string;
  readonly seats: readonly Person[];
  /** Whom the call sheet does not name: knocks. */
  readonly guest: Person;
};

const delegation = (
  id: string,
  principal: readonly [name: string, what: string],
  adviser: readonly [name: string, what: string],
  guest: readonly [name: string, what: string],
): Cast => ({
  id,
  name: `${id.charAt(0).toUpperCase()}${id.slice(1)}`,
  seats: [
    { id: `${id}-principal`, role: 'principal', name: principal[0], function: principal[1] },
    { id: `${id}-adviser`, role: 'adviser', name: adviser[0], function: adviser[1] },
  ],
  guest: { id: `${id}-guest`, role: 'adviser', name: guest[0], function: guest[1] },
});

/** Who may meet in a rehearsal: delegations, invented, with a principal, an adviser and a guest each. */
const everybody: readonly Cast[] = [
  delegation(
    'alba',
    ['Ilaria Conti', 'President of the Republic'],
    ['Tomas Brandl', 'National Security Adviser'],
    ['Nadia Ferrero', 'Hydrologist'],
  ),
  delegation(
    'borland',
    ['Anders Holm', 'Prime Minister'],
    ['Mira Osei', 'Foreign Policy Adviser'],
    ['Sven Aas', 'Cartographer'],
  ),
  delegation(
    'corvia',
    ['Lucía Ferrán', 'Chancellor'],
    ['Idris Kaplan', 'Chief of Staff'],
    ['Rosa Iglesias', 'Historian'],
  ),
  delegation(
    'dorne',
    ['Wim de Graaf', 'First Minister'],
    ['Noor Haddad', 'Legal Adviser'],
    ['Bram Visser', 'Engineer'],
  ),
  delegation(
    'elbany',
    ['Hana Novotná', 'President'],
    ['Pavel Sýkora', 'Secretary of State'],
    ['Ivana Králová', 'Physician'],
  ),
  delegation(
    'ferrol',
    ['Mateus Sá', 'Prime Minister'],
    ['Clara Antunes', 'Economic Adviser'],
    ['Duarte Pinto', 'Economist'],
  ),
  delegation(
    'galdor',
    ['Sigrún Eldjárn', 'Minister-President'],
    ['Óskar Lund', 'Military Adviser'],
    ['Birta Jónsdóttir', 'Geologist'],
  ),
  delegation(
    'hadria',
    ['Marko Vuković', 'President of the Council'],
    ['Ana Perić', 'Ambassador'],
    ['Luka Babić', 'Harbour Master'],
  ),
];

/** How many delegations a rehearsal may have. */
export const DELEGATIONS = { least: 2, most: everybody.length } as const;

/** The first so many of them. */
export const castOf = (delegations: number): readonly Cast[] => everybody.slice(0, delegations);

const DAY_MS = 86_400_000;

/** The call sheet of one rehearsal: a new meeting at every start, from `now` (ms) for a day. The first one hosts. */
export const rehearsalSheet = (cast: readonly Cast[], roots: ReadonlyMap<string, Bytes>, now: number): SheetBody => {
  const root = (id: string): Bytes => {
    const found = roots.get(id);
    if (!found) throw new Error(`${id} has no root`);
    return found;
  };
  return {
    v: 2,
    meeting: new Uint8Array(randomBytes(16)),
    title: 'Rehearsal',
    host: root(cast[0]?.id ?? ''),
    from: now,
    until: now + DAY_MS,
    zone: Temporal.Now.timeZoneId(),
    record: 'everything',
    delegations: cast.map(({ id, name }) => ({ root: root(id), name })),
    seats: cast.flatMap(({ id, seats }) => seats.map((seat) => ({ ...seat, root: root(id) }))),
  };
};
