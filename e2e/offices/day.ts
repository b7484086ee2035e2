import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Office } from './office.ts';

const COMPARED = ['--with', 'a voice that is known', '--by', 'telephone'];
const MINUTE = 60_000;
type Listed = {
  readonly standing: string;
  readonly seats: readonly { readonly id: string; readonly name: string }[];
};
const zoned = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('UTC').toString({ smallestUnit: 'minute' });

/** Two offices introduce themselves: each reads the other's file, both see the same words, and both confirm. */
export const introduceEachOther = async (folder: string, one: Office, other: Office): Promise<void> => {
  const card = (office: Office) => join(folder, `${office.name}.introduction`);
  for (const office of [one, other]) await office.parley('introduce', '--out', card(office));
  const words = async (office: Office, of: Office) =>
    JSON.parse(await office.parley('introduce', card(of), '--json')).words;
  expect(await words(one, other)).toEqual(await words(other, one));
  await one.parley('introduce', card(other), ...COMPARED);
  await other.parley('introduce', card(one), ...COMPARED);
};

/** One proposes a meeting of both principals, the other accepts; its number once it stands. */
export const agreeOn = async (folder: string, one: Office, other: Office, title: string): Promise<string> => {
  const plan = {
    title,
    from: zoned(Date.now() - MINUTE),
    until: zoned(Date.now() + 120 * MINUTE),
    delegations: [
      { name: one.name, seats: [{ role: 'principal', name: 'Ilaria Conti', function: 'President' }] },
      { name: other.name, seats: [{ role: 'principal', name: 'Anders Holm', function: 'Prime Minister' }] },
    ],
  };
  const path = join(folder, 'plan.jsonc');
  writeFileSync(path, JSON.stringify(plan));
  const number = (await one.parley('propose', path)).slice(0, 8);
  await expect.poll(() => other.parley('meetings'), { timeout: 20_000 }).toContain(number);
  await other.parley('accept', number);
  const agreed = `${number}  “${title}”: agreed by all`;
  await expect.poll(() => one.parley('meetings'), { timeout: 20_000 }).toContain(agreed);
  return number;
};

/** A way to make links for the seat of a person in the meeting that is agreed on. */
export const seatFor = async (
  office: Office,
  person: string,
): Promise<{ readonly id: string; readonly link: () => Promise<string> }> => {
  const meetings: readonly Listed[] = JSON.parse(await office.parley('meetings', '--json'));
  const meeting = meetings.find(({ standing }) => standing === 'agreed');
  const id = meeting?.seats.find(({ name }) => name === person)?.id ?? '';
  return { id, link: async () => (await office.parley('link', id)).trim() };
};

/** Each exports its record, and the other finds that it stands under the roots which were compared. */
export const proveToEachOther = async (folder: string, one: Office, other: Office): Promise<void> => {
  for (const [office, reader] of [
    [one, other],
    [other, one],
  ] as const) {
    const record = join(folder, `${office.name}.parley`);
    await office.parley('export', '--out', record);
    const said = await reader.parley('verify', record, '--config', reader.config);
    expect(said).toContain('This record stands.');
    expect(said).toMatch(/Anders Holm, Prime Minister, Borland: from \S+Z to \S+Z \(left\)/);
  }
};
