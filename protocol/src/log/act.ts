import {
  type Bytes,
  bytes,
  bytesUpTo,
  type Decoded,
  decode,
  encode,
  equal,
  exactly,
  hash,
  nullable,
  oneOf,
  Refusal,
  record,
  type Signer,
  sign,
  text,
  toHex,
  uint,
  variant,
  verify,
} from '../bytes/index.ts';
import { type Mandate, mandateChain, type Pins, verifyMandate } from '../identity/index.ts';
import type { State } from './state.ts';

/** What the log can hold. `sit`, `found` and `commit` are permissions; `leave`, `remove` and `lost` restrictions. */
export const action = variant({
  sit: { chain: mandateChain, keyPackage: bytes(32), frameKey: bytes(32) },
  found: { circle: oneOf('table'), generation: uint(), authenticator: bytes(32) },
  commit: {
    circle: oneOf('table'),
    generation: uint(),
    epoch: uint(),
    upTo: uint(),
    commit: bytes(32),
    welcome: nullable(bytes(32)),
    authenticator: bytes(32),
  },
  leave: { seating: uint() },
  remove: { seating: uint(), reason: text(200) },
  lost: { seating: uint() },
});
export type Action = Decoded<typeof action>;

const actor = variant({ device: { mandate: bytes(32) }, node: { root: bytes(32) } });
export type Actor = Decoded<typeof actor>;

const body = record({
  v: exactly(1),
  meeting: bytes(16),
  by: actor,
  n: uint(),
  saw: record({ seq: uint(), head: bytes(32) }),
  action,
});
const signed = record({ body: bytesUpTo(12_288), sig: bytes(64) });
export type ActBody = Decoded<typeof body>;

/** An act whose signature stands, with its actor's delegation. `mandate` is there for a request to sit. */
export type Act = ActBody & {
  readonly hash: Bytes;
  readonly bytes: Bytes;
  readonly root: string;
  readonly mandate: Mandate | null;
};

/** Whether an action takes something away: it then acts on receipt, wherever it comes from. */
export const isRestriction = (one: Action): one is Extract<Action, { kind: 'leave' | 'remove' | 'lost' }> =>
  one.kind === 'leave' || one.kind === 'remove' || one.kind === 'lost';

/** Signs an act with the acting device's key, or the node's issuing key. */
export const signAct = async (signer: Signer, statement: Omit<ActBody, 'v'>): Promise<Bytes> => {
  const message = encode({ v: 1, ...statement });
  return encode({ body: message, sig: await sign(signer, 'act', message) });
};

/** Names an actor within a meeting: `device:` or `node:`, and the hash in hexadecimal. */
export const actorName = (by: Actor): string =>
  by.kind === 'device' ? `device:${toHex(by.mandate)}` : `node:${toHex(by.root)}`;

/**
 * Verifies who acted: the signature, by the device of a mandate that is seated (or that this very request to sit
 * proves at `time`), or by a delegation's node. Refuses `act.meeting`, `act.unknown-actor`, `act.forged`,
 * `act.mandate` (a request to sit under another mandate than the one it shows), and what `verifyMandate` refuses.
 * What the act may do is judged by `judge`.
 */
export const verifyAct = async (state: State, pins: Pins, given: Bytes, time: number): Promise<Act | Refusal> => {
  const opened = openAct(given);
  if (opened instanceof Refusal) return opened;
  const { inner, outer } = opened;
  if (!equal(inner.meeting, state.sheet.meeting)) return new Refusal('act.meeting', toHex(inner.meeting));
  const found = await actingKey(state, pins, inner, time);
  if (found instanceof Refusal) return found;
  if (!(await verify(found.key, 'act', outer.body, outer.sig))) return new Refusal('act.forged', actorName(inner.by));
  return { ...inner, hash: hash('act', given), bytes: given, root: found.root, mandate: found.mandate };
};

/** Decodes an act without believing it. */
export const openAct = (given: Bytes) => {
  const outer = decode(signed, given);
  if (outer instanceof Refusal) return outer;
  const inner = decode(body, outer.body);
  return inner instanceof Refusal ? inner : { outer, inner };
};

type ActingKey = { readonly key: Bytes; readonly root: string; readonly mandate: Mandate | null };

const actingKey = async (state: State, pins: Pins, act: ActBody, time: number): Promise<ActingKey | Refusal> => {
  const { by } = act;
  if (by.kind === 'node') {
    const root = toHex(by.root);
    const issuer = state.sheet.issuers.get(root);
    return issuer ? { key: issuer.key, root, mandate: null } : new Refusal('act.unknown-actor', root);
  }
  if (act.action.kind === 'sit') {
    const mandate = await verifyMandate(pins, act.action.chain, state.sheet.meeting, time);
    if (mandate instanceof Refusal) return mandate;
    if (!equal(mandate.hash, by.mandate)) return new Refusal('act.mandate', toHex(by.mandate));
    return { key: mandate.device, root: toHex(mandate.root), mandate };
  }
  for (const seating of state.seatings.values())
    if (equal(seating.mandate, by.mandate)) return { key: seating.device, root: seating.root, mandate: null };
  return new Refusal('act.unknown-actor', toHex(by.mandate));
};
