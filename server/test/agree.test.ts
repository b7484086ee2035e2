import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, encode, type Plain, Refusal } from '@parley/protocol/bytes';
import { type Plan, readPlan, type SheetBody, signSheet } from '@parley/protocol/log';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openIdentity } from '../src/identity/files.ts';
import { openDevice } from './device.ts';
import { type Office, openTown, type Town } from './office.ts';
import { parley } from './parley.ts';

let town: Town;
let alba: Office;
let borland: Office;
beforeEach(async () => {
  town = openTown();
  [alba, borland] = await Promise.all([town.office('Alba'), town.office('Borland')]);
  await town.introduce(alba, borland);
}, 60_000);
afterEach(() => town.leave());

const HOUR = 3_600_000;
const MINUTE = 60_000;
const zoned = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(Math.round(ms / 60_000) * 60_000)
    .toZonedDateTimeISO('Europe/Paris')
    .toString();
const planned = (names: readonly string[] = ['Alba', 'Borland'], from = Date.now() - MINUTE) => ({
  title: 'Talks',
  from: zoned(from),
  until: zoned(from + 3 * HOUR),
  delegations: names.map((name) => ({
    name,
    seats: [
      { role: 'principal', name: `Principal of ${name}`, function: 'President' },
      { role: 'adviser', name: `Adviser of ${name}`, function: 'Adviser' },
    ],
  })),
});
const plannedBy = (body: SheetBody): Plan => {
  const plan = readPlan(encode(body));
  if (plan instanceof Refusal) throw new Error(plan.code);
  return plan;
};
const planFile = (plan: object): string => {
  const path = town.at(`plan-${randomBytes(4).toString('hex')}.jsonc`);
  writeFileSync(path, JSON.stringify(plan, null, 2));
  return path;
};
const proposeBy = async (office: Office, plan: object = planned()): Promise<string> =>
  (await office.parley('propose', planFile(plan))).slice(0, 8);
type Listed = {
  readonly meeting: string;
  readonly standing: string;
  readonly zone: string;
  readonly record: string;
  readonly signed: readonly string[];
  readonly seats: readonly { readonly id: string; readonly role: string; readonly root: string }[];
  readonly untold: readonly { readonly refused: string | null }[];
};
const listed = async (office: Office): Promise<readonly Listed[]> =>
  JSON.parse(await office.parley('meetings', '--json'));
const standing = async (office: Office): Promise<string | undefined> => (await listed(office))[0]?.standing;
const soon = { timeout: 10_000, interval: 200 };

describe('two offices agree on a meeting', () => {
  test('[SHEET6] [SHEET8] proposed by one, signed by the other: it stands at both, and people sit', async () => {
    const [one, other] = [await alba.start(), await borland.start()];
    const number = await proposeBy(alba);
    await expect.poll(() => standing(borland), soon).toBe('proposed');
    expect(one.meetings()).toEqual([]);

    const said = await borland.parley('accept', number);
    expect(said).toContain('Principal of Borland, President (principal): borland-principal-');
    await expect.poll(() => standing(alba), soon).toBe('agreed');
    await expect.poll(() => [one.meetings().length, other.meetings().length], soon).toEqual([1, 1]);
    await expect.poll(async () => (await listed(borland))[0]?.untold, soon).toEqual([]);
    const [meeting] = await listed(borland);

    const seatOf = (root: string) =>
      meeting?.seats.find((seat) => seat.root === root && seat.role === 'principal')?.id ?? '';
    const sit = async (office: Office, root: string) => {
      const device = await openDevice((await office.parley('link', seatOf(root))).trim());
      await device.sit();
      return device;
    };
    const ilaria = await sit(alba, one.root);
    await sit(borland, other.root);
    await ilaria.until(({ settled }) => settled.seatings.size === 2);
    // What has begun cannot be called off, neither here nor by a word from there.
    expect((await borland.tries('withdraw', number)).erred).toMatch(/^sheet\.begun/);
    const [meetingHere] = one.meetings();
    if (!meetingHere) throw new Error('no meeting');
    const { sheet } = meetingHere;
    const word = { kind: 'withdrawn', meeting: sheet.meeting, sheet: sheet.hash, reason: '' } as const;
    expect(await other.ask(one.root, word)).toMatchObject({ code: 'sheet.begun' });
    expect(await standing(alba)).toBe('agreed');
  }, 90_000);

  test('[SHEET8] a node that was away, or restarted, learns what was agreed, and opens it again', async () => {
    const number = await proposeBy(alba);
    const one = await alba.start();
    const other = await borland.start();
    await expect.poll(() => standing(borland), soon).toBe('proposed');
    await one.stop();
    await borland.parley('accept', number);
    await expect.poll(() => other.meetings().length, soon).toBe(1);
    expect((await listed(borland))[0]?.untold).toHaveLength(1);
    await other.stop();
    const again = [await alba.start(), await borland.start()];
    await expect.poll(() => again.map((node) => node.meetings().length), soon).toEqual([1, 1]);
  }, 90_000);

  test('[SHEET9] declined, or called off before anybody sat: gone at both, for good', async () => {
    const [one, other] = [await alba.start(), await borland.start()];
    const first = await proposeBy(alba);
    await expect.poll(() => standing(borland), soon).toBe('proposed');
    await borland.parley('withdraw', first, '--because', 'not this week');
    await expect.poll(() => standing(alba), soon).toBe('withdrawn');
    expect(await alba.parley('meetings')).toContain('by Borland: not this week');
    expect((await borland.tries('accept', first)).erred).toMatch(/^sheet\.withdrawn/);

    const second = await proposeBy(alba);
    await expect.poll(async () => (await borland.tries('accept', second)).status, soon).toBe(0);
    await expect.poll(() => [one.meetings().length, other.meetings().length], soon).toEqual([1, 1]);
    await alba.parley('withdraw', second);
    await expect.poll(() => [one.meetings().length, other.meetings().length], soon).toEqual([0, 0]);
    expect((await borland.tries('accept', second)).erred).toMatch(/^sheet\.withdrawn/);
    expect((await alba.tries('withdraw', second)).erred).toMatch(/^sheet\.withdrawn/);
  }, 90_000);

  test('[SHEET7] what a counterpart may not propose or sign is refused, and nothing is kept', async () => {
    const [one, other] = [await alba.start(), await borland.start()];
    const [us, them] = await Promise.all(
      [alba, borland].map((office) => openIdentity(office.read().identity, Date.now())),
    );
    if (!us || !them) throw new Error('two identities');
    const body = (change: Partial<SheetBody> = {}): SheetBody => ({
      v: 2,
      meeting: new Uint8Array(randomBytes(16)),
      title: 'Talks',
      host: them.root,
      from: Date.now() - MINUTE,
      until: Date.now() + HOUR,
      zone: 'Europe/Paris',
      record: 'everything',
      delegations: [
        { root: us.root, name: 'Alba' },
        { root: them.root, name: 'Borland' },
      ],
      seats: [{ id: 'alba-principal', root: us.root, role: 'principal', name: 'I. Conti', function: 'President' }],
      ...change,
    });
    const sent = async (plan: SheetBody, by = them, over: Plain = plan): Promise<string> => {
      const signature = await signSheet(encode(over), by);
      const answer = await other.ask(one.root, { kind: 'proposed', body: encode(plan), signature });
      return answer instanceof Refusal ? answer.code : answer.kind;
    };
    const stranger = new Uint8Array(32).fill(7);
    expect(await sent(body({ until: Date.now() - 1 }))).toBe('sheet.over');
    expect(await sent(body({ until: Date.now() + 32 * 24 * HOUR }))).toBe('sheet.too-long');
    expect(await sent(body({ until: Number.MAX_SAFE_INTEGER }))).toBe('sheet.too-long');
    // One that is none, and one that the database spells otherwise: it would stand twice under two names.
    expect(await sent(body({ zone: 'Europe/Viena' }))).toBe('sheet.zone');
    expect(await sent(body({ zone: 'europe/vienna' }))).toBe('sheet.zone');
    // Whoever proposes does not choose under which name a root sits at the table.
    const [ours, posing] = [
      { root: us.root, name: 'Alba' },
      { root: them.root, name: 'Corvia' },
    ];
    expect(await sent(body({ delegations: [ours, posing] }))).toBe('sheet.name');
    const renamed = [
      { root: us.root, name: 'Borland' },
      { root: them.root, name: 'Alba' },
    ];
    expect(await sent(body({ delegations: renamed }))).toBe('sheet.name');
    expect(await sent(body(), us)).toBe('peer.not-in-meeting');
    expect(await sent(body(), { ...them, signer: us.signer })).toBe('sheet.unsigned');
    expect(await sent(body(), them, body())).toBe('sheet.unsigned');
    expect(await sent(body({ host: stranger }))).toBe('sheet.inconsistent');
    const third = { root: stranger, name: 'Casta' };
    expect(await sent(body({ delegations: [...body().delegations, third] }))).toBe('identity.root-unknown');
    const theirs = { root: them.root, name: 'Borland' };
    const without = body({
      delegations: [theirs, third],
      seats: body().seats.map((seat) => ({ ...seat, ...{ root: them.root } })),
    });
    expect(await sent(without)).toMatch(/^(identity\.root-unknown|peer\.not-in-meeting)$/);
    expect(await listed(alba)).toEqual([]);

    const good = body();
    expect([await sent(good), await sent(good)]).toEqual(['done', 'done']);
    expect(await sent({ ...good, title: 'Other talks' })).toBe('sheet.other');
    // Seats of the same names: what is only proposed keeps nobody from them, what is signed here does.
    expect(await sent(body())).toBe('done');
    const [first, second] = await listed(alba);
    await alba.parley('accept', first?.meeting ?? '');
    expect((await alba.tries('accept', second?.meeting ?? '')).erred).toMatch(/^node\.seat-twice/);
    expect(await sent(body())).toBe('node.seat-twice');
    await alba.parley('withdraw', first?.meeting ?? '');
    const agreed = async (meeting: Bytes, sheet: Bytes, by = them) => {
      const signature = await signSheet(encode(good), by);
      const answer = await other.ask(one.root, { kind: 'agreed', meeting, sheet, signature });
      return answer instanceof Refusal ? answer.code : answer.kind;
    };
    expect(await agreed(body().meeting, stranger)).toBe('peer.unknown-meeting');
    expect(await agreed(good.meeting, stranger)).toBe('sheet.other');
    // Nobody signs for another, and who proposed does not sign twice.
    const { hash } = plannedBy(good);
    expect(await agreed(good.meeting, hash, us)).toBe('sheet.unsigned');
    expect(await agreed(good.meeting, hash)).toBe('done');
    expect(one.meetings()).toEqual([]);
    // One that proposes without end is held off; what it proposed before stays.
    let last = 'done';
    for (let n = 0; n < 70 && last === 'done'; n += 1)
      last = await sent(body({ seats: body().seats.map((seat) => ({ ...seat, id: `seat-${n}` })) }));
    expect(last).toBe('peer.too-many');
    expect((await listed(alba)).length).toBe(65); // with the one that was withdrawn
  }, 90_000);
});

test('[SHEET6] [SHEET11] zone and what is kept are said to whoever signs, and stand as they were planned', async () => {
  const sound = planned();
  const bare = (time: string) => time.replace(/\+.*/, '');
  const before = await alba.parley('propose', planFile(sound));
  expect(before).toMatch(/from {3}\d{4}-\d\d-\d\d \d\d:\d\d Europe\/Paris.* \(\d{4}-.*Z\)\n/);
  expect(before).toContain('kept   everything of its log');
  const [at, until] = [bare(sound.from), bare(sound.until)];
  await alba.parley('propose', planFile({ ...sound, from: at, until, zone: 'europe/paris', record: 'decisions' }));
  await alba.parley('propose', planFile({ ...sound, zone: 'Asia/Tokyo', record: 'nothing' }));
  expect((await listed(alba)).map(({ zone, record }) => `${zone} ${record}`).sort()).toEqual([
    'Asia/Tokyo nothing',
    'Europe/Paris decisions',
    'Europe/Paris everything',
  ]);
  const said = await alba.parley('meetings');
  expect(said).toContain('kept   nothing; each delegation deletes its log at the close.');
  expect(said.match(/That another delegation deletes what it holds cannot be proven\./g)).toHaveLength(2);
  // The same moment, in the zone of the meeting.
  const tokyo = Temporal.ZonedDateTime.from(sound.from).withTimeZone('Asia/Tokyo').toPlainDateTime();
  expect(said).toContain(`from   ${tokyo.toString({ smallestUnit: 'minute' }).replace('T', ' ')} Asia/Tokyo`);
  // All of it before anything is signed.
  const over = await alba.tries('propose', planFile(planned(['Alba', 'Borland'], Date.now() - 9 * HOUR)));
  expect(over.erred).toMatch(/^sheet\.over/);
  expect(over.said).toContain('kept   everything of its log');
}, 60_000);

test('[SHEET6] [COMMAND4] a plan that cannot be proposed is refused with its line, or with what is missing', async () => {
  const erred = async (plan: object) => (await alba.tries('propose', planFile(plan))).erred;
  const sound = planned();
  expect(await erred({ ...sound, from: '2026-12-07T10:00' })).toMatch(/^plan\.wrong: .*line 3: from is no time with/);
  expect(await erred({ ...sound, from: '2026-12-07T10:00[Europe/Viena]' })).toMatch(
    /line 3: from cannot be read: no zone is called Europe\/Viena$/m,
  );
  expect(await erred({ ...sound, until: '2026-12-07T10:00[Europe/Viena]' })).toMatch(
    /line 4: until .* Europe\/Viena$/m,
  );
  expect(await erred({ ...sound, zone: 'Vienna' })).toMatch(/zone is none: no zone is called Vienna$/m);
  expect(await erred({ ...sound, zone: '+01:00' })).toMatch(/zone is none: no zone is called \+01:00$/m);
  expect(await erred({ ...sound, from: '2026-12-07T10:00[+01:00]' })).toMatch(/from has an offset and names no zone/);
  expect(await erred({ ...sound, record: 'minutes' })).toMatch(/record is none of everything, decisions, nothing$/m);
  expect(await erred({ ...sound, until: sound.from })).toMatch(/line 4: until is not after the beginning/);
  expect(await erred({ ...sound, titel: 'x' })).toMatch(/titel is no setting; known here: \$schema, title/);
  expect(await erred(planned(['Alba', 'Casta']))).toMatch(
    /name is nobody who is introduced here: Casta; known: Alba, Bor/,
  );
  expect(await erred(planned(['Alba', 'Alba']))).toMatch(/names somebody twice/);
  expect(await erred(planned(['Alba', 'Borland'], Date.now() - 9 * HOUR))).toMatch(/^sheet\.over/);
  expect(await erred(planned(['Alba', 'Borland'], Date.now() + 900 * HOUR))).toMatch(/^sheet\.too-far: \d{4}-/);
  expect(await erred({ ...sound, title: 'a\u202eb' })).toMatch(/cannot be signed/);
  // A time that a clock shows twice, or never, in its zone.
  expect(await erred({ ...sound, from: '2027-03-28T02:30[Europe/Paris]' })).toMatch(/is no time with its zone/);
  expect(await listed(alba)).toEqual([]);
  expect((await alba.tries('accept', '00')).erred).toMatch(/^meeting\.unknown: 00: four digits or more/);
  expect((await alba.tries('accept', '0000')).erred).toMatch(/^meeting\.unknown: 0000: 0 of them/);
  expect((await alba.tries('link', 'nowhere')).erred).toMatch(/^door\.unknown-seat/);
  expect((await alba.tries('introduce', borland.card, '--words', 'xx')).erred).toMatch(
    /^words\.language: xx; known here: cs/,
  );
}, 60_000);

test('[PEER13] after a renewal the nodes speak on by themselves, and what was agreed before is held', async () => {
  let one = await alba.start();
  const other = await borland.start();
  const number = await proposeBy(alba);
  await expect.poll(() => standing(borland), soon).toBe('proposed');
  await borland.parley('accept', number);
  await expect.poll(() => [one.meetings().length, other.meetings().length], soon).toEqual([1, 1]);
  await one.stop();

  const root = join(alba.read().identity, 'root.json');
  const [request, certified] = [town.at('request'), town.at('certified')];
  await alba.parley('request', '--out', request);
  expect(await parley('root', 'certify', request, '--root', root, '--out', certified)).toMatchObject({ status: 0 });
  await alba.parley('certificate', certified);
  one = await alba.start();
  await expect
    .poll(() => one.ask(other.root, { kind: 'status' }), { timeout: 15_000 })
    .toMatchObject({ kind: 'status' });
  await expect
    .poll(() => other.ask(one.root, { kind: 'status' }), { timeout: 15_000 })
    .toMatchObject({ kind: 'status' });

  const [meeting] = await listed(alba);
  const people = [];
  for (const office of [alba, borland]) {
    const seat = meeting?.seats.find(({ id }) => id.startsWith(`${office.name.toLowerCase()}-principal`));
    const device = await openDevice((await office.parley('link', seat?.id ?? '')).trim());
    await device.sit();
    people.push(device);
  }
  await people[0]?.until(({ settled }) => settled.seatings.size === 2);
}, 90_000);

test('[SHEET10] [COMMAND5] a node that was restored learns what was agreed on since, but for its own signatures', async () => {
  let one = await alba.start();
  await borland.start();
  const kept = await proposeBy(alba);
  const off = await proposeBy(alba, planned(['Alba', 'Borland'], Date.now() + 24 * HOUR));
  await expect.poll(async () => (await listed(borland)).length, soon).toBe(2);
  const backup = town.at('alba.backup');
  await alba.parley('backup', '--out', backup);
  await borland.parley('accept', kept);
  await alba.parley('withdraw', off, '--because', 'not then');
  const later = await proposeBy(alba, planned(['Alba', 'Borland'], Date.now() + 48 * HOUR));
  await expect.poll(() => borland.parley('meetings'), soon).toContain(later);
  await borland.parley('accept', later);
  const standings = async (office: Office) =>
    Object.fromEntries((await listed(office)).map(({ meeting, standing }) => [meeting.slice(0, 8), standing]));
  await expect.poll(() => standings(alba), soon).toEqual({ [kept]: 'agreed', [off]: 'withdrawn', [later]: 'agreed' });
  await one.stop();

  rmSync(alba.read().folder, { recursive: true });
  await alba.parley('restore', backup);
  expect(await standings(alba)).toEqual({ [kept]: 'proposed', [off]: 'proposed' });
  one = await alba.start();
  await expect
    .poll(() => standings(alba), { timeout: 20_000 })
    .toEqual({
      [kept]: 'agreed',
      [off]: 'withdrawn',
      [later]: 'proposed',
    });
  await alba.parley('accept', later);
  await expect.poll(() => one.meetings().length, soon).toBe(2);
}, 90_000);

test('[IDENT7] a certificate that comes while the node runs waits for its next start, and commands sign as it does', async () => {
  let one = await alba.start();
  const other = await borland.start();
  const root = join(alba.read().identity, 'root.json');
  const [request, certified] = [town.at('request'), town.at('certified')];
  const asked = await alba.parley('request', '--out', request);
  const said = await parley('root', 'certify', request, '--root', root, '--out', certified);
  const [key = 'none'] = /[0-9a-f]{16}/.exec(asked) ?? [];
  expect(said.said).toContain(key);
  expect(await alba.parley('certificate', certified)).toContain('From its next start');
  const number = await proposeBy(alba);
  await expect.poll(() => standing(borland), soon).toBe('proposed');
  const speaks = () => one.ask(other.root, { kind: 'status' });
  expect(await speaks()).toMatchObject({ kind: 'status' });
  await one.stop();
  one = await alba.start();
  await expect.poll(speaks, { timeout: 15_000 }).toMatchObject({ kind: 'status' });
  await borland.parley('accept', number);
  await expect.poll(() => standing(alba), soon).toBe('agreed');
  await expect.poll(() => one.meetings().length, soon).toBe(1);

  // A key that cannot be read is not replaced; without the key of a meeting there is no link to it.
  await one.stop();
  const issuing = join(alba.read().identity, 'issuing.json');
  const bytes = readFileSync(issuing);
  writeFileSync(issuing, 'torn');
  expect((await alba.tries('meetings')).status).toBe(0);
  expect((await alba.tries('introduce', '--out', town.at('x'))).erred).toMatch(/^file\.unreadable/);
  expect(readFileSync(issuing, 'utf8')).toBe('torn');
  writeFileSync(issuing, bytes);
  for (const name of readdirSync(alba.read().identity))
    if (name !== 'root.json') rmSync(join(alba.read().identity, name));
  const [meeting] = await listed(alba);
  const seat = meeting?.seats.find(({ id }) => id.startsWith('alba-principal'))?.id ?? '';
  expect((await alba.tries('link', seat)).erred).toMatch(/^identity\.key-gone: Talks/);
}, 90_000);
