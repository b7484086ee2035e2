import {
  type Bytes,
  bool,
  bytes,
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
  within,
} from '../bytes/index.ts';
import { type Check, checkOf, claimMandate, firstRefusal, type Mandate, mandateChain } from '../identity/index.ts';
import { type Seating, type State, standingUnder } from './state.ts';

/** What the log can hold. `leave`, `remove`, `lost` and `deny` are restrictions; everything else is a permission. */
export const action = variant({
  sit: { chain: mandateChain, keyPackage: bytes(32), frameKey: bytes(32), takesOver: bool },
  found: { circle: oneOf('table'), generation: uint(), authenticator: bytes(32) },
  commit: {
    circle: oneOf('table'),
    generation: uint(),
    epoch: uint(),
    upTo: uint(),
    ended: uint(),
    commit: bytes(32),
    welcome: nullable(bytes(32)),
    authenticator: bytes(32),
  },
  leave: { seating: uint() },
  remove: { seating: uint(), reason: text(200) },
  lost: { seating: uint() },
  knock: { chain: mandateChain },
  allow: { knock: uint() },
  deny: { knock: uint(), reason: text(200) },
  hand: { seating: uint() },
  preside: {},
  close: { agreed: bool },
});
export type Action = Decoded<typeof action>;
export type Restriction = Extract<Action, { kind: 'leave' | 'remove' | 'lost' | 'deny' }>;

const actor = variant({ device: { mandate: bytes(32) }, node: { root: bytes(32) } });
export type Actor = Decoded<typeof actor>;

const body = record({
  v: exactly(2),
  meeting: bytes(16),
  by: actor,
  n: uint(),
  saw: record({ seq: uint(), head: bytes(32) }),
  action,
});
const signed = record({ body: within(12_288), sig: bytes(64) });
export type ActBody = Decoded<typeof body>;

/** An act whose signature stands, with its actor's delegation. `mandate` is there where the act shows one. */
export type Act = ActBody & {
  readonly hash: Bytes;
  readonly bytes: Bytes;
  readonly root: string;
  readonly mandate: Mandate | null;
};

/** Whether an action takes something away: it then acts on receipt, wherever it comes from. */
export const isRestriction = (one: Action): one is Restriction =>
  one.kind === 'leave' || one.kind === 'remove' || one.kind === 'lost' || one.kind === 'deny';

/**
 * The seating in which a device acts: for a permission the one that stands, for a restriction the one that stood at the
 * place which it saw, so that it is judged alike whenever it comes. Null where there is none, and for a node.
 */
export const actingSeating = (
  state: State,
  { by, action, saw }: Pick<ActBody, 'by' | 'action' | 'saw'>,
): Seating | null =>
  by.kind === 'device' ? standingUnder(state, by.mandate, isRestriction(action) ? saw.seq : state.head.seq) : null;

/** Signs an act with the acting device's key, or the node's issuing key. */
export const signAct = async (signer: Signer, statement: Omit<ActBody, 'v'>): Promise<Bytes> => {
  const message = encode({ v: 2, ...statement });
  return encode({ body: message, sig: await sign(signer, 'act', message) });
};

/** Names an actor within a meeting: `device:` or `node:`, and the hash in hexadecimal. */
export const actorName = (by: Actor): string =>
  by.kind === 'device' ? `device:${toHex(by.mandate)}` : `node:${toHex(by.root)}`;

/** An act whose signatures still have to be checked. */
export type ClaimedAct = { readonly act: Act; readonly checks: readonly Check[] };

/**
 * Reads an act and says which signatures must stand: that of the device of its `actingSeating` (or of the mandate that
 * who sits or knocks shows, valid at `time`), or of a delegation's node. Refuses `act.meeting`, `act.ahead` (it
 * saw a head that is not held here yet: keep it and ask for entries), `act.unknown-actor`, `act.mandate` (by another
 * mandate than the one it shows), and what `claimMandate` refuses under the roots of the call
 * sheet; its check refuses `act.forged`. What the act may do is for `judge`.
 */
export const claimAct = (state: State, given: Bytes, time: number): ClaimedAct | Refusal => {
  const opened = openAct(given);
  if (opened instanceof Refusal) return opened;
  const { inner, outer } = opened;
  if (!equal(inner.meeting, state.sheet.meeting)) return new Refusal('act.meeting', toHex(inner.meeting));
  if (inner.saw.seq > state.head.seq) return new Refusal('act.ahead', `${inner.saw.seq} at ${state.head.seq}`);
  const found = actingKey(state, inner, time);
  if (found instanceof Refusal) return found;
  const { key, root, mandate, checks } = found;
  const own = { key, purpose: 'act' as const, message: outer.body, signature: outer.sig };
  let name: Bytes | undefined;
  return {
    act: {
      ...inner,
      // Hashed when somebody asks: in a long log nobody does.
      get hash() {
        name ??= hash('act', given);
        return name;
      },
      bytes: given,
      root,
      mandate,
    },
    checks: [...checks, checkOf(own, 'act.forged', actorName(inner.by))],
  };
};

/** Verifies who acted: refuses what `claimAct` and its checks refuse. */
export const verifyAct = async (state: State, given: Bytes, time: number): Promise<Act | Refusal> => {
  const claimed = claimAct(state, given, time);
  if (claimed instanceof Refusal) return claimed;
  return (await firstRefusal(claimed.checks)) ?? claimed.act;
};

/** Decodes an act without believing it. */
export const openAct = (given: Bytes) => {
  const outer = decode(signed, given);
  if (outer instanceof Refusal) return outer;
  const inner = decode(body, outer.body);
  return inner instanceof Refusal ? inner : { outer, inner };
};

type ActingKey = {
  readonly key: Bytes;
  readonly root: string;
  readonly mandate: Mandate | null;
  readonly checks: readonly Check[];
};

const actingKey = (state: State, act: ActBody, time: number): ActingKey | Refusal => {
  const { by } = act;
  if (by.kind === 'node') {
    const root = toHex(by.root);
    const issuer = state.sheet.issuers.get(root);
    return issuer && !('chain' in act.action)
      ? { key: issuer.key, root, mandate: null, checks: [] }
      : new Refusal('act.unknown-actor', root);
  }
  if ('chain' in act.action) {
    // Under the roots of the call sheet, not under whatever else is pinned here: all must come to the same answer.
    const claimed = claimMandate(state.sheet.roots, act.action.chain, state.sheet.meeting, time);
    if (claimed instanceof Refusal) return claimed;
    const { mandate, checks } = claimed;
    if (!equal(mandate.hash, by.mandate)) return new Refusal('act.mandate', toHex(by.mandate));
    return { key: mandate.device, root: toHex(mandate.root), mandate, checks };
  }
  const own = actingSeating(state, act);
  return own
    ? { key: own.device, root: own.root, mandate: null, checks: [] }
    : new Refusal('act.unknown-actor', toHex(by.mandate));
};
