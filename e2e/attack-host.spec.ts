import { randomBytes } from 'node:crypto';
import { type Bytes, Refusal, type Signer, toHex } from '@parley/protocol/bytes';
import { giveMandate, type MandateChain, mandateHash } from '@parley/protocol/identity';
import { preparePackage } from '@parley/protocol/keys';
import { type Entry, type Head, openEntry, proveEquivocation, signAct } from '@parley/protocol/log';
import type { PeerReply } from '@parley/protocol/wire';
import { expect, test } from '@playwright/test';
import type { DelegationNode } from '../server/src/node.ts';
import { type Device, freshKey, openDevice, signDeviceAct } from './attackers/device.ts';
import { type HostileHost, openHostileHost } from './attackers/host.ts';
import { openNode } from './attackers/node.ts';
import { makeTalk, type Talk } from './attackers/talk.ts';

/**
 * The host is hostile: a process with the host's own keys at its own peer door, against the counterpart's real node,
 * at whose real socket a delegate of the counterpart sits.
 */
test.describe.configure({ mode: 'serial' });

let talk: Talk;
let host: HostileHost;
let node: DelegationNode;
let sitter: Device;
/** The host's principal: its device signs what the host has it sign. */
let chief: { readonly sit: Bytes; readonly leave: (saw: Head) => Promise<Bytes> };

/** What travels beside each act. */
const beside = new WeakMap<Bytes, readonly Bytes[]>();
/** KeyPackages by their hash: a node asks for them before it takes an entry that it missed. */
const packages = new Map<string, Bytes>();
const tell = (entry: Entry) => host.tell(entry, beside.get(entry.act) ?? []);
const fresh = (): Bytes => new Uint8Array(randomBytes(32));
const statementOf = (id: string) => {
  const { role, name, function: title } = talk.seat(id);
  return { meeting: talk.sheet.meeting, seat: id, role, name, function: title };
};
const codeOf = (answer: PeerReply | Refusal): string =>
  answer instanceof Refusal ? answer.code : answer.kind === 'refused' ? answer.code : answer.kind;

const packageOf = (device: Signer, mandate: Bytes) =>
  preparePackage({ mandate, signer: device, from: Date.now() - 3_600_000, until: talk.sheet.until });
const signSit = async (device: Signer, chain: MandateChain, mandate: Bytes, signer = device): Promise<Bytes> => {
  const { keyPackage: blob, hash: keyPackage } = await packageOf(device, mandate);
  const { publicKey: frameKey } = await freshKey();
  const action = { kind: 'sit', chain, keyPackage, frameKey, takesOver: false } as const;
  const saw = { seq: 0, head: talk.sheet.hash };
  const act = await signDeviceAct(signer, { meeting: talk.sheet.meeting, mandate, saw, action });
  beside.set(act, [blob]);
  packages.set(toHex(keyPackage), blob);
  return act;
};

/** A delegate of the host's own delegation, who may sit. */
const sitOf = async (
  seat: string,
  change: Parameters<HostileHost['mandate']>[3] & {
    readonly by?: 'alba' | 'borland';
    readonly signedBy?: 'another';
  } = {},
): Promise<Bytes> => {
  const device = await freshKey();
  const { chain, hash: mandate } = await host.mandate(talk[change.by ?? 'alba'], seat, device.publicKey, change);
  const signer = change.signedBy ? await freshKey() : device;
  return signSit(device, chain, mandate, signer);
};

const openChief = async (): Promise<typeof chief> => {
  const device = await freshKey();
  const { chain, hash: mandate } = await host.mandate(talk.alba, 'alba-principal', device.publicKey);
  const { meeting } = talk.sheet;
  return {
    sit: await signSit(device, chain, mandate),
    leave: (head) => signDeviceAct(device, { meeting, mandate, saw: head, action: { kind: 'leave', seating: 1 } }),
  };
};

/** What the victim's node holds after a place, as it tells it itself. */
const heldAfter = async (seq: number): Promise<readonly Bytes[]> => {
  const answer = await host.ask({ kind: 'since', meeting: talk.sheet.meeting, seq });
  if (answer instanceof Refusal || answer.kind !== 'log') throw new Error(`no log: ${codeOf(answer)}`);
  return answer.entries;
};
const told = (): readonly Entry[] =>
  sitter.heard.flatMap((word) => {
    const entries = word.kind === 'entry' ? [word.entry] : word.kind === 'log' ? word.entries : [];
    return entries.map(openEntry).flatMap((entry) => (entry instanceof Refusal ? [] : [entry]));
  });

/** Sends an entry that must not be believed; the person at the victim's socket is told why, and nothing else. */
const refused = async (entry: Entry, code: string): Promise<void> => {
  const before = told().length;
  expect(codeOf(await tell(entry))).toBe(code);
  await sitter.hears('refused', (word) => word.act === null && word.code === code);
  expect(told()).toHaveLength(before);
  expect(await heldAfter(host.ledger().state.head.seq)).toEqual([]);
};

test.beforeAll(async () => {
  talk = await makeTalk();
  host = await openHostileHost(talk);
  node = await openNode(talk.configOf(talk.borland));
  const link = await node.link('borland-principal');
  if (link instanceof Refusal) throw new Error(link.code);
  sitter = await openDevice(link);
  await node.meetings()[0]?.synced();
  // Someone of the host's sits, and someone of the counterpart's: from here on both must countersign.
  chief = await openChief();
  await tell(await host.order(chief.sit));
  const { keyPackage, hash: named } = await packageOf(sitter.signer, sitter.mandate);
  const { publicKey: frameKey } = await freshKey();
  await sitter.act(
    { kind: 'sit', chain: sitter.chain, keyPackage: named, frameKey, takesOver: false },
    { seq: 0, head: talk.sheet.hash },
    [keyPackage],
  );
  await sitter.hears('log');
  await expect.poll(() => node.meetings()[0]?.living().length).toBe(2);
});
test.afterAll(async () => {
  sitter?.close();
  await node?.stop();
  await host?.close();
  talk?.remove();
});

// Turns red without `checkOf(own, 'act.forged', …)` in claimAct (protocol/src/log/act.ts).
test('[ACT3] an admission that the host forged is not believed, and the person is told', async () => {
  await refused(host.place(await sitOf('alba-adviser', { signedBy: 'another' })), 'act.forged');
});

// Turns red without `if (!equal(mandate.hash, by.mandate))` in actingKey (protocol/src/log/act.ts).
test('[ACT3] nobody is admitted without a mandate', async () => {
  const device = await freshKey();
  const { chain } = await host.mandate(talk.alba, 'alba-adviser', device.publicKey);
  await refused(host.place(await signSit(device, chain, fresh())), 'act.mandate');
  // A mandate that the device gave itself.
  const own = await giveMandate(
    { certificate: talk.alba.identity.certificate, root: talk.alba.identity.root, signer: device },
    { ...statementOf('alba-adviser'), device: device.publicKey, from: Date.now() - 1_000, until: talk.sheet.until },
  );
  const self = await signSit(device, own, mandateHash(own.mandate));
  await refused(host.place(self), 'identity.mandate-forged');
});

// Turns red without `!equal(agreed.root, mandate.root) ||` in judgeSit (protocol/src/log/judge.ts).
test('[ADMIT1] nobody is admitted by the wrong delegation’s mandate, nor under another name', async () => {
  await refused(host.place(await sitOf('borland-adviser', { by: 'alba' })), 'admit.not-agreed');
  await refused(host.place(await sitOf('alba-adviser', { as: 'The minister' })), 'admit.not-agreed');
});

// Turns red without `if (now < inner.from || now >= inner.until)` in claimMandate (protocol/src/identity/mandate.ts).
test('[IDENT6] nobody is admitted by an expired mandate, not even by turning the clock back', async () => {
  const now = Date.now();
  const expired = await sitOf('alba-adviser', { from: now - 600_000, until: now - 300_000 });
  await refused(host.place(expired), 'identity.mandate-expired');
  await refused(host.place(expired, { time: now - 400_000 }), 'log.time');
  const early = await sitOf('alba-adviser', { from: now + 300_000, until: now + 600_000 });
  await refused(host.place(early, { time: now + 400_000 }), 'log.skew');
});

// Turns red without `&& toHex(act.by.root) === target.root` in judgeEnd (protocol/src/log/judge.ts).
test('[RESTRICT2] the host ends nobody of the counterpart’s', async () => {
  const { issuers, meeting } = talk.sheet;
  expect(issuers.size).toBe(2);
  const { state } = host.ledger();
  const target = [...state.seatings.values()].find(({ root }) => root === talk.borland.root);
  const lost = await signAct(talk.alba.identity.signer, {
    meeting,
    by: { kind: 'node', root: talk.alba.identity.root },
    n: 1,
    saw: state.head,
    action: { kind: 'lost', seating: target?.id ?? 0 },
  });
  expect(codeOf(await tell(host.place(lost)))).toBe('restrict.not-yours');
  expect(codeOf(await host.ask({ kind: 'restricted', meeting, act: lost }))).toBe('restrict.not-yours');
  expect(node.meetings()[0]?.living()).toHaveLength(2);
});

// Turns red without `if (seq > state.head.seq + 1)` in placeOf (protocol/src/log/entry.ts).
test('[LOG2] a dropped entry is missed: what comes after it is not believed before it came', async () => {
  const before = told().length;
  const dropped = await host.order(await sitOf('alba-adviser'));
  const next = await host.order(await sitOf('alba-note-taker'));
  host.script = (request) =>
    request.kind === 'since' ? { kind: 'log', entries: [next.bytes], countersignatures: [] } : undefined;
  expect(codeOf(await tell(next))).toBe('log.gap');
  expect(codeOf(await tell(next))).toBe('log.gap');
  expect(await heldAfter(dropped.seq - 1)).toEqual([]);
  expect(told()).toHaveLength(before);
  // Whatever is countersigned by the host beyond the gap changes nothing either.
  expect(node.meetings()[0]?.living()).toHaveLength(2);
  host.script = (request) => {
    const blob = request.kind === 'want' && packages.get(toHex(request.hash));
    return blob ? { kind: 'blob', bytes: blob } : undefined;
  };
  await expect.poll(() => told().length).toBe(before + 2);
  await expect.poll(() => node.meetings()[0]?.living().length).toBe(4);
});

// Turns red without `if (seq <= state.head.seq) {` in placeOf (protocol/src/log/entry.ts), or, for the act anew,
// `act.n <= numberOf(state, actorName(act.by))` in judge (protocol/src/log/judge.ts).
test('[LOG2] an old entry that is sent again, or an old act at a new place, changes nothing', async () => {
  const before = told().length;
  const [first] = host.entries.map(openEntry);
  if (!first || first instanceof Refusal) throw new Error('no entry');
  expect(codeOf(await tell(first))).toBe('done');
  expect(told()).toHaveLength(before);
  await refused(host.place(chief.sit), 'act.sequence');
});

// Turns red without `if (!equal(held.head, given.head)) return new Refusal('log.fork', …)` in take (protocol/src/log/ledger.ts).
test('[LOG10] two logs: the proof is made, stands for anybody, and everything stops loudly', async () => {
  const { meeting } = talk.sheet;
  const two = [await sitOf('alba-adviser', { from: Date.now() - 1_000 }), chief.leave(host.ledger().state.head)];
  const [one, other] = (await Promise.all(two)).map((act) => host.place(act));
  if (!one || !other) throw new Error('no entries');
  expect(codeOf(await tell(other))).toBe('countersigned');
  const second = await host.countersign(one);
  expect(codeOf(await host.ask({ kind: 'countersigned', meeting, countersignature: second }))).toBe('log.equivocation');

  // Whoever has the call sheet can check it, with what the victim's node keeps.
  const kept = await host.ask({ kind: 'since', meeting, seq: other.seq });
  const signatures = !(kept instanceof Refusal) && kept.kind === 'log' ? kept.countersignatures : [];
  const proofs = await Promise.all(signatures.map((first) => proveEquivocation(talk.sheet, first, second)));
  expect(proofs.filter((proof) => !(proof instanceof Refusal))).toMatchObject([
    { root: talk.alba.root, seq: other.seq },
  ]);

  await sitter.hears('stopped', ({ code }) => code === 'log.equivocation');
  const held = await heldAfter(0);
  expect(codeOf(await tell(host.place(await sitOf('alba-note-taker'))))).toBe('log.equivocation');
  expect(await heldAfter(0)).toEqual(held);

  // The victim's node keeps the proof: the meeting does not go on after a restart either.
  await node.stop();
  node = await openNode(talk.configOf(talk.borland));
  const link = await node.link('borland-adviser');
  if (link instanceof Refusal) throw new Error(link.code);
  const after = await openDevice(link);
  await after.hears('stopped', ({ code }) => code === 'log.equivocation');
  after.close();
});
