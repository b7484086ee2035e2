import { type Bytes, encode, Refusal, toHex } from '@parley/protocol/bytes';
import type { Role } from '@parley/protocol/identity';
import { type Plan, type Recorded, readPlan } from '@parley/protocol/log';
import schema from '../../meeting.schema.json' with { type: 'json' };
import { type Place, strictReader } from '../config/strict-file.ts';
import { zoneCalled } from './zone.ts';

type PlanFile = {
  readonly title: string;
  readonly from: string;
  readonly until: string;
  readonly zone?: string;
  readonly record: Recorded;
  readonly host?: string;
  readonly delegations: readonly {
    readonly name: string;
    readonly seats: readonly { readonly role: Role; readonly name: string; readonly function: string }[];
  }[];
};

const read = strictReader<PlanFile>(schema, 'plan.wrong');

/** What stands in brackets behind a time: the name of a zone, or an offset. */
const zoneIn = (time: string): string | undefined => /\[!?([^\]=]*)\]/.exec(time)?.[1];

/** A time in ms, in its own zone or else in the one given; in words what is wrong with it. */
const momentOf = (time: string, zone: string | undefined): number | string => {
  const named = zoneIn(time);
  if (named !== undefined && /^[A-Za-z]/.test(named) && zoneCalled(named) === null)
    return `cannot be read: no zone is called ${named}`;
  try {
    const whole = named === undefined && zone !== undefined ? `${time}[${zone}]` : time;
    return Temporal.ZonedDateTime.from(whole, { disambiguation: 'reject', offset: 'reject' }).epochMilliseconds;
  } catch {
    return 'is no time with its zone, such as 2026-12-07T10:00[Europe/Paris]';
  }
};

/** What a delegation's name is in the address of a seat. */
const slugOf = (name: string, n: number): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 12) || `side${n + 1}`;

/**
 * Reads the plan of a meeting from a file and gives it with the body of its call sheet. `known`: roots by the names of one's own
 * delegation (first) and of those that are introduced. Refuses `plan.wrong` with the setting and its line.
 */
export const readPlanFile = (
  path: string,
  known: ReadonlyMap<string, Bytes>,
  meeting: Bytes,
): { readonly plan: Plan; readonly body: Bytes } | Refusal => {
  const found = read(path);
  if (found instanceof Refusal) return found;
  const { value, wrong } = found;
  const rootOf = (name: string, place: Place): Bytes | Refusal =>
    known.get(name) ??
    wrong(place, `is nobody who is introduced here: ${name}; known: ${[...known.keys()].join(', ')}`);
  if (value.zone !== undefined && zoneCalled(value.zone) === null)
    return wrong(['zone'], `is none: no zone is called ${value.zone}`);
  const zone = zoneCalled(value.zone ?? zoneIn(value.from) ?? '');
  const from = momentOf(value.from, value.zone);
  if (typeof from === 'string') return wrong(['from'], from);
  if (zone === null)
    return wrong(['from'], 'has an offset and names no zone: add "zone", the one in which the meeting is planned');
  const until = momentOf(value.until, zone);
  if (typeof until === 'string') return wrong(['until'], until);
  if (until <= from) return wrong(['until'], 'is not after the beginning');
  const host = rootOf(value.host ?? known.keys().next().value ?? '', ['host']);
  if (host instanceof Refusal) return host;
  const mark = toHex(meeting).slice(0, 4);
  const taken = new Map<string, number>();
  const seatName = (delegation: string, role: Role): string => {
    const count = (taken.get(`${delegation} ${role}`) ?? 0) + 1;
    taken.set(`${delegation} ${role}`, count);
    return `${delegation}-${role}${count > 1 ? count : ''}-${mark}`;
  };
  const delegations = [];
  const seats = [];
  for (const [n, delegation] of value.delegations.entries()) {
    const root = rootOf(delegation.name, ['delegations', n, 'name']);
    if (root instanceof Refusal) return root;
    delegations.push({ root, name: delegation.name });
    const slug = slugOf(delegation.name, n);
    for (const { role, name, function: title } of delegation.seats)
      seats.push({ id: seatName(slug, role), root, role, name, function: title });
  }
  const { title, record } = value;
  const body = encode({ v: 2, meeting, title, host, from, until, zone, record, delegations, seats });
  const plan = readPlan(body);
  if (plan instanceof Refusal)
    return wrong([], plan.code === 'sheet.inconsistent' ? 'names somebody twice' : `cannot be signed: ${plan.detail}`);
  return { plan, body };
};
