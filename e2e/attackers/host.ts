import { type Bytes, Refusal } from '@parley/protocol/bytes';
import { giveMandate, type MandateChain, mandateHash } from '@parley/protocol/identity';
import { countersign, type Entry, follow, type Ledger, openAct, openLedger, placeAct } from '@parley/protocol/log';
import { order } from '@parley/protocol/meeting';
import type { PeerReply, PeerRequest } from '@parley/protocol/wire';
import { systemClock } from '../../server/src/clock.ts';
import { addressGuard } from '../../server/src/doors/peer/address.ts';
import { peerClient } from '../../server/src/doors/peer/client.ts';
import { peerDoor } from '../../server/src/doors/peer/door.ts';
import { nodeLogger } from '../../server/src/log.ts';
import { originOf, type Party, type Talk } from './talk.ts';

/** A process that holds the host's real keys and says at the peer door whatever its script says. */
export type HostileHost = {
  readonly ledger: () => Ledger;
  /** Bytes of all entries that it ordered, oldest first. */
  readonly entries: readonly Bytes[];
  /** Countersignatures that the counterpart's node sent. */
  readonly received: readonly Bytes[];
  /** Orders an act as an honest host would, and says nothing of it yet. */
  readonly order: (act: Bytes) => Promise<Entry>;
  /** Puts any act at the next place, whatever the rules say of it; not kept in its own log. */
  readonly place: (
    act: Bytes,
    change?: { readonly time?: number; readonly seq?: number; readonly prev?: Bytes },
  ) => Entry;
  readonly countersign: (entry: Entry) => Promise<Bytes>;
  /** Sends an entry, countersigned by the host, to the counterpart's node. */
  readonly tell: (entry: Entry, blobs?: readonly Bytes[]) => Promise<PeerReply | Refusal>;
  readonly ask: (request: PeerRequest) => Promise<PeerReply | Refusal>;
  /** What is answered in place of the honest answer; undefined: the honest one. */
  script: (request: PeerRequest) => PeerReply | undefined | Promise<PeerReply | undefined>;
  /** Gives a mandate as a party's node would; `change` makes it otherwise. */
  readonly mandate: (
    by: Party,
    seat: string,
    device: Bytes,
    change?: { readonly as?: string; readonly from?: number; readonly until?: number },
  ) => Promise<{ readonly chain: MandateChain; readonly hash: Bytes }>;
  readonly close: () => Promise<void>;
};

/** Opens the hostile host of a talk at Alba's peer door. */
export const openHostileHost = async (talk: Talk): Promise<HostileHost> => {
  const { alba, borland, sheet } = talk;
  const { meeting } = sheet;
  const keyOf = (root: string) => sheet.issuers.get(root)?.key ?? null;
  const own = alba.identity;
  const client = peerClient({
    own,
    peer: { root: borland.identity.root, origin: originOf(borland, borland.peerPort) },
    keyOf,
    guard: addressGuard(['127.0.0.0/8']),
    clock: systemClock,
  });
  let ledger = openLedger(sheet);
  const entries: Bytes[] = [];
  const received: Bytes[] = [];
  const signEntry: HostileHost['countersign'] = (entry) =>
    countersign({ root: own.root, signer: own.signer, serial: own.serial }, entry);

  const hold = async (bytes: Bytes): Promise<void> => {
    received.push(bytes);
    const next = await follow(ledger, [], [bytes]);
    if (!(next instanceof Refusal)) ledger = next.ledger;
  };
  const orderAct = async (act: Bytes): Promise<Entry> => {
    const ordered = await order(ledger, act, Date.now());
    if (ordered instanceof Refusal) throw new Error(`${ordered.code}: ${ordered.detail}`);
    ledger = ordered.ledger;
    const { entry } = ordered.verified;
    entries.push(entry.bytes);
    await hold(await signEntry(entry));
    received.pop();
    return entry;
  };
  const host: HostileHost = {
    ledger: () => ledger,
    entries,
    received,
    order: orderAct,
    place: (act, change = {}) => {
      const { state } = ledger;
      const at = {
        ...state,
        head: { seq: (change.seq ?? state.head.seq + 1) - 1, head: change.prev ?? state.head.head },
      };
      return placeAct(at, act, change.time ?? Date.now());
    },
    countersign: signEntry,
    tell: async (entry, blobs = []) => {
      const answer = await client.ask({
        kind: 'entry',
        meeting,
        entry: entry.bytes,
        blobs,
        countersignatures: [await signEntry(entry)],
      });
      if (!(answer instanceof Refusal) && answer.kind === 'countersigned') await hold(answer.countersignature);
      return answer;
    },
    ask: client.ask,
    script: () => undefined,
    mandate: async (by, seat, device, { as, from, until } = {}) => {
      const agreed = talk.seat(seat);
      const { certificate, root, signer } = by.identity;
      const chain = await giveMandate(
        { certificate, root, signer },
        {
          meeting,
          seat: agreed.id,
          role: agreed.role,
          name: as ?? agreed.name,
          function: agreed.function,
          device,
          from: from ?? Date.now() - 60_000,
          until: until ?? sheet.until,
        },
      );
      return { chain, hash: mandateHash(chain.mandate) };
    },
    close: async () => {
      client.close();
      await door.close();
    },
  };
  const honest = async (request: PeerRequest): Promise<PeerReply> => {
    switch (request.kind) {
      case 'since':
        return {
          kind: 'log',
          entries: entries.slice(request.seq),
          countersignatures: Array.from(ledger.tally.values(), ({ bytes }) => bytes),
        };
      case 'submit': {
        const opened = openAct(request.act);
        if (opened instanceof Refusal) return { kind: 'refused', code: opened.code, detail: '' };
        const entry = await orderAct(request.act);
        return { kind: 'entry', entry: entry.bytes, countersignatures: [await signEntry(entry)] };
      }
      case 'countersigned':
        await hold(request.countersignature);
        return { kind: 'done' };
      case 'status':
        return { kind: 'status', now: Date.now(), serial: own.serial };
      case 'line':
      case 'want':
        return { kind: 'refused', code: 'peer.unreachable', detail: '' };
      default:
        return { kind: 'done' };
    }
  };
  const door = peerDoor({
    own,
    origin: originOf(alba, alba.peerPort),
    keyOf,
    store: { takeNonce: async () => true },
    clock: systemClock,
    logger: nodeLogger('hostile', 'silent'),
    handle: async (_root, request) => (await host.script(request)) ?? honest(request),
    tls: null,
    onForged: () => {},
  });
  await door.listen({ host: '127.0.0.1', port: alba.peerPort });
  return host;
};
