import { once } from 'node:events';
import { connect } from 'node:net';
import { type Bytes, encode, equal, hash, Refusal } from '@parley/protocol/bytes';
import {
  countersign,
  type Entry,
  heldHash,
  type Ledger,
  openLedger,
  openMessage,
  placeAct,
  signAct,
  signMessage,
} from '@parley/protocol/log';
import type { PeerRequest } from '@parley/protocol/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openIdentity } from '../src/identity/files.ts';
import { type Device, openDevice, openSocket, readLink, speak } from './device.ts';
import { type Pair, startOne, startPair } from './pair.ts';

let pair: Pair;
beforeEach(async () => {
  pair = await startPair((config) => ({ ...config, lostAfter: { gone: 300, closed: 50 } }));
}, 60_000);
afterEach(() => pair.stop());

const device = async (seat: string) =>
  openDevice(await pair.link(seat.startsWith('alba') ? pair.alba : pair.borland, seat));

test('[NODE10] a device is told of nobody before it is admitted, and then of everything', async () => {
  const ilaria = await device('alba-principal');
  const anders = await device('borland-principal');
  const first = await ilaria.sit();
  await ilaria.pass(first.seating, 1, { kind: 'media', audio: true, video: false });
  await ilaria.hears('passed');
  expect(anders.heard.map((word) => word.kind)).toEqual(['challenge', 'agreed', 'host']);
  const second = await anders.sit();
  const now = await ilaria.until(({ settled }) => settled.seatings.size === 2);
  expect([...now.settled.seatings.keys()]).toEqual([first.seating, second.seating]);
  await anders.hears('passed');
  expect(pair.alba.occupied()).toEqual(['alba-principal']);
  expect(pair.borland.occupied()).toEqual(['borland-principal']);
});

const numberOf = (message: Bytes): number => {
  const opened = openMessage(message);
  return opened instanceof Refusal ? 0 : opened.inner.n;
};

test('[NODE10] a newcomer hears the newest passing message of each kind, by rising number', async () => {
  const ilaria = await device('alba-principal');
  const { seating } = await ilaria.sit();
  const transport = { kind: 'transport', names: [] } as const;
  await ilaria.pass(seating, 1, { kind: 'media', audio: true, video: false });
  await ilaria.pass(seating, 2, transport);
  await ilaria.pass(seating, 3, { kind: 'media', audio: false, video: false });
  const anders = await device('borland-principal');
  await anders.sit();
  await anders.hears('passed', ({ message }) => numberOf(message) === 3);
  const heard = anders.heard.flatMap((word) => (word.kind === 'passed' ? [numberOf(word.message)] : []));
  expect(heard).toEqual([2, 3]);
});

test('[PEER12] blobs travel beside the log, from node to node', async () => {
  const ilaria = await device('alba-principal');
  const { keyPackage } = await ilaria.sit();
  const anders = await device('borland-principal');
  await anders.sit();
  const name = hash('key-package', keyPackage);
  anders.say({ kind: 'want', hash: name });
  expect((await anders.hears('blob')).bytes).toEqual(keyPackage);
  const unknown = new Uint8Array(32);
  anders.say({ kind: 'want', hash: unknown });
  expect((await anders.hears('blob', ({ hash: of }) => equal(of, unknown))).bytes).toBeNull();
});

test('refusals name the act', async () => {
  const ilaria = await device('alba-principal');
  const act = await ilaria.act({ kind: 'leave', seating: 7 });
  const refused = await ilaria.hears('refused');
  expect(refused.act).toEqual(hash('act', act));
  expect(refused.code).toMatch(/^[a-z.-]+$/);
});

test('[NODE10] a restriction ends a seating, and frees the seat; who leaves hears that the log holds it', async () => {
  const ilaria = await device('alba-principal');
  const anders = await device('borland-principal');
  await ilaria.sit();
  const { seating } = await anders.sit();
  await ilaria.until(({ settled }) => settled.seatings.size === 2);
  await anders.act({ kind: 'leave', seating });
  await ilaria.until(({ state }) => state.seatings.size === 1);
  await anders.until(({ state }) => !state.seatings.has(seating));
  expect(pair.borland.occupied()).toEqual([]);
});

test('[NODE11] a device that is gone is lost; a page that went away is lost sooner', async () => {
  const ilaria = await device('alba-principal');
  const anders = await device('borland-principal');
  const mira = await device('borland-adviser');
  await ilaria.sit();
  await anders.sit();
  await mira.sit();
  await ilaria.until(({ settled }) => settled.seatings.size === 3);
  anders.raw.terminate();
  await ilaria.until(({ state }) => state.seatings.size === 2);
  mira.raw.close(1001);
  await ilaria.until(({ state }) => state.seatings.size === 1);
});

// Turns red without the last lines of announce (src/meeting/meeting.ts).
for (const [seat, code] of [
  ['borland-adviser', 1001],
  ['borland-adviser', undefined],
  ['alba-adviser', undefined],
] as const)
  test(`[NODE11] a page (${seat}, ${code}) that goes while its request to sit is on its way does not sit for ever`, async () => {
    const ilaria = await device('alba-principal');
    await ilaria.sit();
    const gone = await device(seat);
    await gone.ask();
    gone.raw.close(code);
    await gone.closed;
    await ilaria.until(({ settled }) => settled.seatings.size === 2);
    await ilaria.until(({ state }) => state.seatings.size === 1);
  });

test('[NODE11] another page of a device ends what the one before had, though its socket stands first; what it sits itself stays', async () => {
  const link = await pair.link(pair.borland, 'borland-principal');
  const watching = await openDevice(await pair.link(pair.alba, 'alba-principal'));
  await watching.sit();
  const first = await openDevice(link);
  const { seating } = await first.sit();
  const { origin, seat } = readLink(link);
  const second = speak(
    openSocket(origin, `/seat/${seat}/socket?page=another`, { cookie: first.cookie }),
    origin,
    seat,
    first.signer,
  );
  await second.hears('host');
  await watching.until(({ state }) => !state.seatings.has(seating));
  const anew = await second.sit();
  await first.closed;
  await watching.until(({ settled }) => settled.seatings.has(anew.seating));
  expect(
    pair.borland
      .meetings()[0]
      ?.living()
      .map(({ id }) => id),
  ).toContain(anew.seating);
});

test('[NODE11] a device that comes back in time keeps its seat, and hears the log again', async () => {
  const ilaria = await device('alba-principal');
  const { seating } = await ilaria.sit();
  const again = await pair.link(pair.alba, 'alba-principal');
  ilaria.raw.terminate();
  await ilaria.closed;
  const back = await openDevice(again, ilaria);
  const now = await back.until(({ settled }) => settled.seatings.has(seating));
  expect(now.state.seatings.size).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 500)); // longer than a loss takes to be noticed
  expect(pair.alba.occupied()).toEqual(['alba-principal']);
});

// Turns red without the `finish` of refuseUpgrade (src/doors/seat/upgrade.ts).
test('a node ends, whoever keeps a refused connection half open', async () => {
  const { port } = pair.prepared[0].config.seats;
  const stranger = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  stranger.on('error', () => {}).resume();
  const refused = once(stranger, 'end');
  const wish = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n';
  stranger.write(`GET /seat/x/socket HTTP/1.1\r\nHost: x\r\n${wish}\r\n`);
  await refused;
  await pair.alba.stop();
  stranger.destroy();
});

test('[PEER10] without the host nothing is granted, restrictions work, and the log catches up', async () => {
  const ilaria = await device('alba-principal');
  const anders = await device('borland-principal');
  const mira = await device('borland-adviser');
  await ilaria.sit();
  const { seating } = await anders.sit();
  await mira.sit();
  await pair.alba.stop();
  await mira.hears('host', ({ reached }) => !reached);
  const late = await device('borland-principal');
  await late.ask();
  expect((await late.hears('refused')).code).toBe('host.away');
  await anders.act({ kind: 'leave', seating });
  await mira.hears('restricted');
  expect(pair.borland.occupied()).toEqual(['borland-adviser']);
  const alba = await startOne(pair.prepared[0].config);
  await mira.until(({ state }) => !state.seatings.has(seating));
  await alba.stop();
}, 60_000);

test('[PEER10] right after its start a host lets whoever asks to sit wait for its counterpart; not for ever', async () => {
  await Promise.all([pair.alba.stop(), pair.borland.stop()]);
  const alba = await startOne(pair.prepared[0].config);
  const early = await openDevice(await pair.link(alba, 'alba-principal'));
  const seated = early.sit();
  const borland = await startOne(pair.prepared[1].config);
  await seated;
  await Promise.all([alba.stop(), borland.stop()]);
  const alone = await startOne(pair.prepared[0].config);
  const late = await openDevice(await pair.link(alone, 'alba-adviser'));
  await late.ask();
  expect((await late.hears('refused')).code).toBe('host.not-synced');
  await alone.stop();
}, 60_000);

test('[PEER9] [CIRCLE8] a log that a node missed is fetched, its KeyPackages too, verified and countersigned when it is back', async () => {
  const ilaria = await device('alba-principal');
  const { seating } = await ilaria.sit();
  await pair.borland.stop();
  const tomas = await device('alba-adviser');
  const { keyPackage } = await tomas.ask();
  await ilaria.until(({ state }) => state.seatings.size === 2);
  const borland = await startOne(pair.prepared[1].config);
  const [meeting] = borland.meetings();
  await meeting!.synced();
  expect(meeting!.living().map((one) => one.id)).toContain(seating);
  expect(meeting!.living()).toHaveLength(2);
  const wanted = { kind: 'want', meeting: meeting!.sheet.meeting, hash: hash('key-package', keyPackage) } as const;
  expect(await pair.alba.ask(borland.root, wanted)).toEqual({ kind: 'blob', bytes: keyPackage });
  await borland.stop();
}, 60_000);

test('[PEER8] each node says only what is its own to say', async () => {
  const { meeting } = pair.alba.meetings()[0]!.sheet;
  const nothing = { blobs: [], countersignatures: [] };
  const ask = (request: PeerRequest) => pair.borland.ask(pair.alba.root, request);
  const entry = await ask({ kind: 'entry', meeting, entry: new Uint8Array(8), ...nothing });
  expect(entry).toMatchObject({ code: 'peer.not-host' });
  const submit = await pair.alba.ask(pair.borland.root, { kind: 'submit', meeting, act: new Uint8Array(8), blobs: [] });
  expect(submit).toMatchObject({ code: 'peer.not-host' });
  const elsewhere = await ask({ kind: 'since', meeting: new Uint8Array(16), seq: 0 });
  expect(elsewhere).toMatchObject({ code: 'peer.unknown-meeting' });
  const others = [meeting, new Uint8Array(16)].map((one) => ({ meeting: one, held: new Uint8Array(32) }));
  expect(await ask({ kind: 'held', meetings: others })).toEqual({
    kind: 'other',
    meetings: [meeting, new Uint8Array(16)],
  });
  const held = heldHash(openLedger(pair.alba.meetings()[0]!.sheet));
  expect(await ask({ kind: 'held', meetings: [{ meeting, held }] })).toEqual({ kind: 'other', meetings: [] });
  const ilaria = await device('alba-principal');
  const { seating } = await ilaria.sit();
  const passing = { kind: 'media', audio: true, video: true } as const;
  const message = await signMessage(ilaria.signer, { meeting, seating, n: 1, passing });
  expect(await ask({ kind: 'passed', meeting, message })).toMatchObject({ code: 'peer.not-yours' });
});

/** What the host's node would write, signed with its own keys: an own delegate's leaving, as the next entry. */
const leaving = async (ledger: Ledger, of: Device, n: number, saw = ledger.state.head) => {
  const { state } = ledger;
  const seating = [...state.seatings.values()].find((one) => equal(one.device, of.signer.publicKey));
  if (!seating) throw new Error('not seated');
  const { meeting } = state.sheet;
  const by = { kind: 'device', mandate: seating.mandate } as const;
  const action = { kind: 'leave', seating: seating.id } as const;
  const act = await signAct(of.signer, { meeting, by, n, saw, action });
  return { act, entry: placeAct(state, act, Math.max(state.time, Date.now())), seating: seating.id };
};
const hostWord = async (entry: Entry) =>
  countersign(await openIdentity(pair.prepared[0].config.identity, Date.now()), entry);
const NUMBER = 2 ** 50; // above every number that the device has used

test('[LOG9] an entry is countersigned only once the host has countersigned it', async () => {
  const ilaria = await device('alba-principal');
  const tomas = await device('alba-adviser');
  await ilaria.sit();
  await tomas.sit();
  const before = await ilaria.until(({ settled }) => settled.seatings.size === 2);
  const { meeting } = before.state.sheet;
  const push = (entry: Entry, words: readonly Bytes[]) => {
    const request = { kind: 'entry', meeting, entry: entry.bytes, blobs: [], countersignatures: words } as const;
    return pair.alba.ask(pair.borland.root, request);
  };
  const first = await leaving(before, tomas, NUMBER);
  expect(await push(first.entry, [])).toEqual({ kind: 'done' });
  expect(await push(first.entry, [await hostWord(first.entry)])).toEqual({ kind: 'done' });
  const after = await ilaria.until(({ settled }) => settled.head.seq === first.entry.seq);
  const second = await leaving(after, ilaria, NUMBER);
  const other = placeAct(after.state, second.act, second.entry.time + 1);
  expect(await push(second.entry, [await hostWord(other)])).toMatchObject({ code: 'log.fork' });
});

test('[LOG9] an entry that comes with the host’s countersignature is countersigned at once', async () => {
  const ilaria = await device('alba-principal');
  await ilaria.sit();
  const now = await ilaria.until(({ settled }) => settled.seatings.size === 1);
  const { meeting } = now.state.sheet;
  const { entry } = await leaving(now, ilaria, NUMBER);
  const countersignatures = [await hostWord(entry)];
  const request = { kind: 'entry', meeting, entry: entry.bytes, blobs: [], countersignatures } as const;
  expect(await pair.alba.ask(pair.borland.root, request)).toMatchObject({ kind: 'countersigned' });
});

test('[ACT2] [RESTRICT1] a restriction that came early acts when the log has come that far, also after a restart', async () => {
  const ilaria = await device('alba-principal');
  const tomas = await device('alba-adviser');
  const { seating } = await ilaria.sit();
  await tomas.sit();
  const now = await ilaria.until(({ settled }) => settled.seatings.size === 2);
  const { meeting } = now.state.sheet;
  const next = await leaving(now, tomas, NUMBER);
  const early = await leaving(now, ilaria, NUMBER, { seq: next.entry.seq, head: next.entry.head });
  expect(await pair.alba.ask(pair.borland.root, { kind: 'restricted', meeting, act: early.act })).toEqual({
    kind: 'done',
  });
  await pair.borland.stop();
  const borland = await startOne(pair.prepared[1].config);
  const [held] = borland.meetings();
  await held!.synced();
  expect(held!.living().map(({ id }) => id)).toContain(seating);
  const countersignatures = [await hostWord(next.entry)];
  const request = { kind: 'entry', meeting, entry: next.entry.bytes, blobs: [], countersignatures } as const;
  expect(await pair.alba.ask(borland.root, request)).toMatchObject({ kind: 'countersigned' });
  expect(held!.living()).toEqual([]);
  await borland.stop();
}, 60_000);

test('[PEER11] a second log stops the meeting, and devices are told why', async () => {
  const anders = await device('borland-principal');
  await anders.sit();
  const { meeting, hash: prev } = pair.alba.meetings()[0]!.sheet;
  const other = encode({ v: 1, meeting, seq: 1, prev, time: Date.now(), act: new Uint8Array(9) });
  const request = { kind: 'entry', meeting, entry: other, blobs: [], countersignatures: [] } as const;
  expect(await pair.alba.ask(pair.borland.root, request)).toMatchObject({ code: 'log.fork' });
  expect((await anders.hears('stopped')).code).toBe('log.fork');
  await anders.act({ kind: 'leave', seating: 1 });
  expect((await anders.hears('refused')).code).toBe('log.fork');
});
