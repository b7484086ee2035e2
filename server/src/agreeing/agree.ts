import { type Bytes, encode, equal, Refusal, toHex } from '@parley/protocol/bytes';
import type { Pins } from '@parley/protocol/identity';
import { type Plan, readPlan, type SheetSignature, signSheet, verifySheetSignature } from '@parley/protocol/log';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import type { Identity } from '../identity/files.ts';
import type { Errand } from '../store/proposals.ts';
import type { Store } from '../store/store.ts';
import { type Proposal, proposalsIn, seatsOf, standingOf } from './proposal.ts';
import { zoneCalled } from './zone.ts';

/** A node that agrees on meetings: who it is, whose roots it has pinned under which names, what it keeps. */
export type Party = {
  readonly own: Identity;
  readonly pins: Pins;
  /** Names by root (hex): one's own, and those by which counterparts are pinned. */
  readonly names: ReadonlyMap<string, string>;
  readonly store: Store;
};

/** Requests by which nodes agree on a meeting. */
export type AgreeingRequest = Extract<PeerRequest, { readonly kind: 'proposed' | 'agreed' | 'withdrawn' | 'recall' }>;
export const isAgreeing = (request: PeerRequest): request is AgreeingRequest =>
  ['proposed', 'agreed', 'withdrawn', 'recall'].includes(request.kind);

/** Proposals of one counterpart that may be kept here without having been agreed on. */
const MOST_PROPOSED = 64;
/** Longest that a meeting may be planned for. */
const LONGEST_MS = 31 * 86_400_000;

const errandsTo = (plan: Plan, own: Bytes, request: PeerRequest): readonly Errand[] =>
  plan.delegations
    .filter(({ root }) => !equal(root, own))
    .map(({ root }) => ({ root, request: encode(request), until: plan.until }));

/** Whether a plan can be agreed on here and now. */
const judge = async (
  { own, pins, names: namesByRoot, store }: Party,
  plan: Plan,
  now: number,
): Promise<Refusal | null> => {
  const unknown = plan.delegations.find(({ root }) => !pins.has(toHex(root)));
  if (unknown) return new Refusal('identity.root-unknown', `${unknown.name} ${toHex(unknown.root)}`);
  if (!plan.delegations.some(({ root }) => equal(root, own.root))) return new Refusal('peer.not-in-meeting');
  // Whoever wrote the plan chose the names in it: only the name that was introduced says who a root is.
  const renamed = plan.delegations.find(({ root, name }) => namesByRoot.get(toHex(root)) !== name);
  if (renamed) return new Refusal('sheet.name', `${renamed.name} ${toHex(renamed.root)}`);
  if (await store.isDeleted(plan.meeting)) return new Refusal('sheet.deleted', plan.title);
  if (plan.until <= now) return new Refusal('sheet.over', plan.title);
  if (plan.until - plan.from > LONGEST_MS) return new Refusal('sheet.too-long', plan.title);
  if (zoneCalled(plan.zone) !== plan.zone) return new Refusal('sheet.zone', plan.zone);
  const names = new Set(seatsOf(plan, own.root).map(({ id }) => id));
  for (const other of await proposalsIn(store)) {
    if (equal(other.plan.meeting, plan.meeting)) continue;
    if (standingOf(other, now) === 'withdrawn' || standingOf(other, now) === 'over') continue;
    // What others propose reserves nothing here.
    if (!other.signatures.has(toHex(own.root))) continue;
    const taken = seatsOf(other.plan, own.root).find(({ id }) => names.has(id));
    if (taken) return new Refusal('node.seat-twice', taken.id);
  }
  return null;
};

/** What is agreed on must begin while the issuing key of each is certified (SHEET4). */
const signed = async (
  { own, pins }: Party,
  plan: Plan,
  body: Bytes,
): Promise<{ readonly signature: SheetSignature; readonly bytes: Bytes } | Refusal> => {
  if (plan.from >= own.until) return new Refusal('sheet.too-far', new Date(own.until).toISOString());
  const signature = await signSheet(body, own);
  // One's own certificate must be good when the meeting begins, as everybody else will ask.
  const stands = await verifySheetSignature(pins, plan, body, signature);
  return stands instanceof Refusal ? stands : { signature, bytes: encode(signature) };
};

/**
 * Proposes a meeting by signing its plan; the others are told as soon as their nodes are reached. Refuses
 * `identity.root-unknown` (a delegation that is not introduced), `peer.not-in-meeting` (one's own
 * takes no part), `sheet.name` (a delegation under another name than it was introduced by), `sheet.over`,
 * `sheet.too-long`, `sheet.zone` (no zone is called so here), `sheet.other` (the number is taken), `node.seat-twice`, and `sheet.too-far` (one's own certificate ends before the meeting begins).
 */
export const propose = async (
  party: Party,
  { plan, body }: { readonly plan: Plan; readonly body: Bytes },
  now: number,
): Promise<Refusal | null> => {
  const refusal = await judge(party, plan, now);
  if (refusal) return refusal;
  const own = await signed(party, plan, body);
  if (own instanceof Refusal) return own;
  const { root } = party.own;
  const errands = errandsTo(plan, root, { kind: 'proposed', body, signature: own.signature });
  const kept = await party.store.addProposal(plan, body, { root, bytes: own.bytes }, errands);
  return kept ? null : new Refusal('sheet.other', plan.title);
};

/** Agrees to a proposal. Refuses `sheet.withdrawn`, `sheet.signed` (it is already), and what `propose` refuses. */
export const agree = async (
  party: Party,
  { plan, body, withdrawn }: Proposal,
  now: number,
): Promise<Refusal | null> => {
  if (withdrawn) return new Refusal('sheet.withdrawn', withdrawn.reason);
  const refusal = await judge(party, plan, now);
  if (refusal) return refusal;
  const own = await signed(party, plan, body);
  if (own instanceof Refusal) return own;
  const { root } = party.own;
  const { meeting, hash } = plan;
  const errands = errandsTo(plan, root, { kind: 'agreed', meeting, sheet: hash, signature: own.signature });
  const kept = await party.store.addSheetSignature(meeting, { root, bytes: own.bytes }, errands);
  return kept ? null : new Refusal('sheet.signed', plan.title);
};

const hasBegun = async (store: Store, { meeting }: Plan): Promise<boolean> =>
  (await store.entriesAfter(meeting, 0, 1)).length > 0;

/** Declines a proposal, or calls an agreed meeting off. Refuses `sheet.begun` (somebody has sat) and `sheet.withdrawn`. */
export const withdraw = async ({ own, store }: Party, { plan }: Proposal, reason: string): Promise<Refusal | null> => {
  if (await hasBegun(store, plan)) return new Refusal('sheet.begun', plan.title);
  const { meeting, hash } = plan;
  const errands = errandsTo(plan, own.root, { kind: 'withdrawn', meeting, sheet: hash, reason });
  const kept = await store.withdrawProposal(meeting, { root: own.root, reason }, errands);
  if (kept) return null;
  return (await hasBegun(store, plan))
    ? new Refusal('sheet.begun', plan.title)
    : new Refusal('sheet.withdrawn', plan.title);
};

const receiveProposed = async (
  party: Party,
  from: Bytes,
  { body, signature }: Extract<AgreeingRequest, { kind: 'proposed' }>,
  now: number,
): Promise<Refusal | null> => {
  const plan = readPlan(body);
  if (plan instanceof Refusal) return plan;
  if (!equal(signature.root, from) || !plan.delegations.some(({ root }) => equal(root, from)))
    return new Refusal('peer.not-in-meeting');
  const refusal = await judge(party, plan, now);
  if (refusal) return refusal;
  const stands = await verifySheetSignature(party.pins, plan, body, signature);
  if (stands instanceof Refusal) return stands;
  const given = { root: from, bytes: encode(signature) };
  const all = await proposalsIn(party.store);
  const known = all.find((one) => equal(one.plan.meeting, plan.meeting));
  if (known && !equal(known.plan.hash, plan.hash)) return new Refusal('sheet.other', plan.title);
  if (known) {
    // They have signed it, whoever proposed it: it may be told once more (SHEET10).
    await party.store.addSheetSignature(plan.meeting, given, []);
    return null;
  }
  const theirs = all.filter(
    ({ plan: one, signatures }) => signatures.has(toHex(from)) && signatures.size < one.delegations.length,
  );
  if (theirs.length >= MOST_PROPOSED) return new Refusal('peer.too-many', plan.title);
  const kept = await party.store.addProposal(plan, body, given, []);
  return kept ? null : new Refusal('sheet.other', plan.title);
};

/** Tells a counterpart once more how every meeting of both stands here, as far as nothing of that waits to be told. */
const recall = async ({ own, store }: Party, to: Bytes, now: number): Promise<void> => {
  const waiting = (await store.errands()).filter(({ root, refused }) => equal(root, to) && refused === null);
  for (const { plan, body, signatures, withdrawn } of await proposalsIn(store)) {
    const { meeting, hash, until } = plan;
    if (until <= now || !plan.delegations.some(({ root }) => equal(root, to))) continue;
    if (waiting.some((errand) => equal(errand.meeting, meeting))) continue;
    const signature = signatures.get(toHex(own.root));
    const errands: PeerRequest[] = signature ? [{ kind: 'proposed', body, signature }] : [];
    if (withdrawn) errands.push({ kind: 'withdrawn', meeting, sheet: hash, reason: withdrawn.reason });
    await store.addErrands(
      meeting,
      errands.map((request) => ({ root: to, request: encode(request), until })),
    );
  }
};

/**
 * What another node (root) says of a meeting that is being agreed on. Refuses what `propose` refuses,
 * `peer.not-in-meeting`, `peer.unknown-meeting`, `sheet.other`, `sheet.begun` and `sheet.unsigned`; the same again is
 * nothing new.
 */
export const receive = async (party: Party, from: Bytes, request: AgreeingRequest, now: number): Promise<PeerReply> => {
  const refusal = await received(party, from, request, now);
  return refusal ? { kind: 'refused', code: refusal.code, detail: refusal.detail } : { kind: 'done' };
};

const received = async (party: Party, from: Bytes, request: AgreeingRequest, now: number): Promise<Refusal | null> => {
  if (request.kind === 'proposed') return receiveProposed(party, from, request, now);
  if (request.kind === 'recall') {
    await recall(party, from, now);
    return null;
  }
  const all = await proposalsIn(party.store);
  const known = all.find(({ plan }) => equal(plan.meeting, request.meeting));
  if (!known) return new Refusal('peer.unknown-meeting');
  const { plan, body } = known;
  if (!plan.delegations.some(({ root }) => equal(root, from))) return new Refusal('peer.not-in-meeting');
  if (!equal(plan.hash, request.sheet)) return new Refusal('sheet.other', plan.title);
  if (request.kind === 'withdrawn') {
    if (await hasBegun(party.store, plan)) return new Refusal('sheet.begun', plan.title);
    await party.store.withdrawProposal(plan.meeting, { root: from, reason: request.reason }, []);
    // Somebody may have sat in the very moment.
    return (await hasBegun(party.store, plan)) ? new Refusal('sheet.begun', plan.title) : null;
  }
  const { signature } = request;
  if (!equal(signature.root, from)) return new Refusal('sheet.unsigned', toHex(from));
  const stands = await verifySheetSignature(party.pins, plan, body, signature);
  if (stands instanceof Refusal) return stands;
  await party.store.addSheetSignature(plan.meeting, { root: from, bytes: encode(signature) }, []);
  return null;
};
