import { hash } from '@parley/protocol/bytes';
import type { Ledger } from '@parley/protocol/log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { callMeeting } from '../src/rehearsal/prepare.ts';
import { type Device, openDevice } from './device.ts';
import { type Pair, startPair } from './pair.ts';

let pair: Pair;
beforeEach(async () => {
  pair = await startPair((config) => ({ ...config, lostAfter: { gone: 300, closed: 50 } }));
}, 60_000);
afterEach(() => pair.stop());

const nodeOf = (seat: string) => (seat.startsWith('alba') ? pair.alba : pair.borland);
const device = async (seat: string) => openDevice(await pair.link(nodeOf(seat), seat));

/** A guest's device, as `parley guest` would have let one come. */
const guest = async (id: string) => {
  await nodeOf(id).guest({ id, role: 'adviser', name: 'Eva Expert', function: 'Hydrologist' });
  return device(id);
};
const bothSit = async () => {
  const [ilaria, anders] = [await device('alba-principal'), await device('borland-principal')];
  await ilaria.sit();
  await anders.sit();
  return { ilaria, anders };
};
const knockAt = async (who: Device): Promise<number> => {
  const { state } = await who.until((ledger) => ledger.state.knocks.size > 0);
  return [...state.knocks.keys()].at(-1) ?? 0;
};
const answers = (who: Device) => who.heard.flatMap((word) => (word.kind === 'knocking' ? [word.answer.kind] : []));
const answered = (who: Device, kind: string) => who.hears('knocking', ({ answer }) => answer.kind === kind);

test('[KNOCK3, KNOCK6, NODE10] a guest knocks, learns nothing but that they are let in, and sits', async () => {
  const { ilaria, anders } = await bothSit();
  const eva = await guest('borland-guest');
  await eva.knock();
  await answered(eva, 'waiting');
  await ilaria.act({ kind: 'allow', knock: await knockAt(ilaria) });
  await anders.until(({ settled }) => [...settled.knocks.values()].some(({ allowed }) => allowed.size === 1));
  expect(answers(eva)).toEqual(['waiting']);
  await anders.act({ kind: 'allow', knock: await knockAt(anders) });
  await answered(eva, 'in');
  expect(new Set(eva.heard.map(({ kind }) => kind))).toEqual(new Set(['challenge', 'agreed', 'host', 'knocking']));
  await eva.sit();
  const seated = (ledger: Ledger) =>
    [...ledger.settled.seatings.values()].some(({ seat }) => seat.id === 'borland-guest');
  await ilaria.until(seated);
});

test('[KNOCK4, KNOCK6] a no is told to who knocked, with its reason; they may knock again', async () => {
  const { ilaria } = await bothSit();
  const eva = await guest('borland-guest');
  await eva.knock();
  await ilaria.act({ kind: 'deny', knock: await knockAt(ilaria), reason: 'Not today' });
  const { answer } = await answered(eva, 'denied');
  expect(answer).toEqual({ kind: 'denied', root: pair.prepared[0].identity.root, reason: 'Not today' });
  const again = await eva.knock();
  await eva.hears('knocking', ({ answer: { kind } }) => kind === 'waiting' && answers(eva).at(-1) === 'waiting');
  expect(eva.heard.some((word) => word.kind === 'refused' && word.act === hash('act', again))).toBe(false);
});

test('[KNOCK4, RESTRICT3] a no that the host never heard of still keeps them out on the side that said it', async () => {
  const { ilaria, anders } = await bothSit();
  const eva = await guest('alba-guest');
  await eva.knock();
  const knock = await knockAt(anders);
  await ilaria.act({ kind: 'allow', knock });
  await anders.act({ kind: 'allow', knock });
  await answered(eva, 'in');
  await pair.alba.stop();
  await anders.act({ kind: 'deny', knock, reason: 'On second thoughts' });
  await anders.hears('restricted');
});

test('[RESTRICT1, NODE11] a knock whose page has gone ends', async () => {
  const { ilaria } = await bothSit();
  const eva = await guest('borland-guest');
  await eva.knock();
  await knockAt(ilaria);
  eva.raw.close(1001);
  await ilaria.until(({ state }) => state.knocks.size === 0);
});

test('[SFU6] the other side gives a guest no line before they are let in', async () => {
  const { ilaria, anders } = await bothSit();
  const eva = await guest('borland-guest');
  await eva.knock();
  const knock = await knockAt(ilaria);
  const agreed = await eva.hears('agreed');
  const [meeting] = pair.borland.meetings();
  if (!meeting) throw new Error('no meeting');
  const line = () =>
    pair.borland.ask(pair.alba.root, { kind: 'line', meeting: meeting.sheet.meeting, chain: agreed.chain });
  expect(await line()).toMatchObject({ code: 'sfu.not-agreed' });
  await ilaria.act({ kind: 'allow', knock });
  await anders.act({ kind: 'allow', knock });
  await ilaria.until(({ settled }) => settled.knocks.get(knock)?.allowed.size === 2);
  expect(await line()).toMatchObject({ kind: 'line' });
});

test('[CLOSE2, NODE2, NODE10] when both chairs agree it ends for all, also for who waits outside; another may be held', async () => {
  const { ilaria, anders } = await bothSit();
  const mira = await device('borland-adviser');
  await ilaria.act({ kind: 'close', agreed: true });
  await anders.until(({ state }) => state.done.size === 1);
  await anders.act({ kind: 'close', agreed: true });
  await ilaria.until(({ state }) => state.closed > 0);
  expect((await mira.hears('stopped')).code).toBe('close.ended');
  await mira.ask();
  expect((await mira.hears('refused')).code).toBe('close.ended');
  expect(pair.alba.occupied()).toEqual([]);
  const late = await device('borland-adviser');
  expect((await late.hears('stopped')).code).toBe('close.ended');
  await callMeeting(pair.data, pair.prepared, Date.now());
  for (const node of [pair.alba, pair.borland]) expect(await node.hold()).toBeNull();
  await (await device('borland-adviser')).sit();
});
