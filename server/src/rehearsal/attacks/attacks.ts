import { join } from 'node:path';
import { fromHex, Refusal, toHex } from '@parley/protocol/bytes';
import { readRecord } from '../../sfu/livekit/record.ts';
import { token } from '../../sfu/livekit/tokens.ts';
import type { NodeProcess } from '../node-process.ts';
import type { AttackId, AttackState } from '../state.ts';
import { pack } from '../words.ts';
import { board } from './board.ts';
import { type ForgedPlace, forgeAdmission } from './forged-admission.ts';
import { type Ghosts, ghosts } from './ghosts.ts';
import { noEncryption, swapNames } from './lies.ts';
import { type Lie, type LyingRelay, openLyingRelay } from './lying-relay.ts';

/** Real attacks, played by the rehearsal against itself. */
export type Attacks = {
  readonly states: () => readonly AttackState[];
  /** Begins one; refused with `attack.running` or `attack.needs`. */
  readonly begin: (id: AttackId) => Refusal | null;
  /** Pages in the rehearsal's own browser tab that play a hostile SFU's part. */
  readonly ghosts: Ghosts;
  readonly stop: () => Promise<void>;
};

/** How long a lie is told. */
const TOLD_MS = 8_000;
const GHOST = 'ghost';
/** Codes of a question that no node judged. */
const UNSAID = new Set([
  'node.away',
  'peer.unreachable',
  'peer.refused',
  'peer.address',
  'peer.answer',
  'peer.unknown-root',
  'peer.root-changed',
]);
const FOUND_WITHIN_MS = 8_000;

const placeOf = async (node: NodeProcess): Promise<ForgedPlace | null> => {
  const newest = await node.ask({ kind: 'head' });
  if (newest instanceof Refusal || newest === null) return null;
  const [meeting = '', seq = '', head = ''] = newest.split(' ');
  return { meeting: fromHex(meeting), seq: Number(seq), head };
};

/** Attacks on these nodes; `changed` hears of every step. */
export const attacks = (nodes: () => readonly NodeProcess[], changed: () => void): Attacks => {
  const shown = board(changed);
  const pages = ghosts();
  let stopping = false;
  let wake = () => {};
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, stopping ? 0 : ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const until = async <T>(find: () => T | null, ms: number): Promise<T | null> => {
    for (const end = Date.now() + ms; Date.now() < end && !stopping; await pause(100)) {
      const found = find();
      if (found !== null) return found;
    }
    return null;
  };

  // The side whose SFU turns hostile: one that has enough people for the attack, with somebody else to see it.
  const side = (people: number): NodeProcess | null => {
    const all = nodes();
    const seated = all.reduce((sum, node) => sum + node.occupied().length, 0);
    const fitting = all.filter((node) => node.occupied().length >= people);
    return (seated >= 2 && (fitting.find((node) => node !== all[0]) ?? fitting[0])) || null;
  };
  const needs = (id: AttackId): string | null => {
    if (id === 'forge-admission') return nodes().some((node) => node.occupied().length > 0) ? null : 'seated';
    if (id === 'swap-names') return side(2) ? null : 'two-opposite';
    return side(1) ? null : 'opposite';
  };

  /** Puts a lying relay before the SFU of a side, has everybody come back through it, and takes it away again. */
  const throughRelay = async (
    id: AttackId,
    hostile: NodeProcess,
    lie: Lie,
    during: (relay: LyingRelay) => Promise<'done' | 'failed'>,
  ): Promise<'done' | 'failed'> => {
    const record = readRecord(join(hostile.prepared.config.folder, 'sfu'));
    if (!record) return 'failed';
    const relay = await openLyingRelay(record.port, lie);
    const root = toHex(hostile.prepared.identity.root);
    const cut = () => Promise.all(nodes().map((node) => node.ask({ kind: 'cut', root })));
    try {
      await hostile.ask({ kind: 'reroute', url: relay.url });
      await cut();
      shown.step(id, 'server-in', { delegation: hostile.prepared.cast.name });
      const back = await until(() => (relay.passengers().some((one) => !one.publishes) ? true : null), FOUND_WITHIN_MS);
      if (!back) return 'failed';
      return await during(relay);
    } finally {
      await hostile.ask({ kind: 'reroute', url: null });
      await cut();
      await relay.close();
      shown.step(id, 'server-out', { delegation: hostile.prepared.cast.name });
    }
  };
  const told = async (id: AttackId, relay: LyingRelay): Promise<'done' | 'failed'> => {
    await pause(TOLD_MS);
    shown.step(id, 'told', { count: relay.lies() });
    return relay.lies() > 0 ? 'done' : 'failed';
  };
  const publishers = (relay: LyingRelay | null): readonly string[] =>
    (relay?.passengers() ?? []).flatMap((one) => (one.publishes ? [one.identity] : []));

  const play: { readonly [K in AttackId]: () => Promise<'done' | 'failed'> } = {
    'swap-names': async () => {
      const hostile = side(2);
      if (!hostile) return 'failed';
      let relay: LyingRelay | null = null;
      const names = () => {
        const [one, other] = publishers(relay);
        return one && other ? ([one, other] as const) : null;
      };
      return throughRelay('swap-names', hostile, swapNames(names), async (opened) => {
        relay = opened;
        return told('swap-names', opened);
      });
    },
    'no-encryption': async () => {
      const hostile = side(1);
      if (!hostile) return 'failed';
      return throughRelay('no-encryption', hostile, noEncryption, (relay) => told('no-encryption', relay));
    },
    'inject-picture': () => withGhost('inject-picture'),
    replay: () => withGhost('replay'),
    'forge-admission': async () => {
      const [host, victim] = nodes();
      const seat = victim?.prepared.cast.seats.find((one) => !victim.occupied().includes(one.id));
      if (!host || !victim) return 'failed';
      const wanted = seat ?? victim.prepared.cast.seats[1];
      const place = await placeOf(host);
      if (!wanted || !place) return 'failed';
      const { identity } = host.prepared;
      const entry = await forgeAdmission(identity, victim.prepared.identity, wanted, place, Date.now());
      shown.step('forge-admission', 'forged', { name: wanted.name });
      const root = toHex(victim.prepared.identity.root);
      const answer = await host.ask({ kind: 'push', root, meeting: toHex(place.meeting), entry: pack(entry) });
      // Played in both cases; what the other node said of it is the step. Nothing said: not played.
      if (answer instanceof Refusal && UNSAID.has(answer.code)) return 'failed';
      const delegation = victim.prepared.cast.name;
      if (answer instanceof Refusal) shown.step('forge-admission', 'refused', { delegation, code: answer.code });
      else shown.step('forge-admission', 'accepted', { delegation });
      return 'done';
    },
  };

  /** A ghost joins the hostile SFU, which says that the ghost is somebody who sits, and the other way round. */
  const withGhost = async (id: 'inject-picture' | 'replay'): Promise<'done' | 'failed'> => {
    const hostile = side(1);
    const record = hostile && readRecord(join(hostile.prepared.config.folder, 'sfu'));
    if (!hostile || !record) return 'failed';
    const place = await placeOf(hostile);
    if (!place) return 'failed';
    let relay: LyingRelay | null = null;
    const names = () => {
      const [speaker] = publishers(relay);
      return speaker ? ([GHOST, speaker] as const) : null;
    };
    return throughRelay(id, hostile, swapNames(names), async (opened) => {
      relay = opened;
      const pass = token(record, Date.now(), toHex(place.meeting), GHOST, 'publish');
      const url = `ws://${hostile.prepared.config.sfu.address}:${record.port}`;
      const haunting = pages.haunt({ id, url, token: pass, ms: TOLD_MS }, TOLD_MS + 2 * FOUND_WITHIN_MS);
      shown.step(id, 'ghost-in'); // the page hears of it by this
      const sent = await haunting;
      if (sent === null) {
        shown.step(id, 'no-ghost');
        return 'failed';
      }
      shown.step(id, 'sent', { count: sent });
      return sent > 0 ? 'done' : 'failed';
    });
  };

  return {
    states: () => shown.states(needs),
    begin: (id) => {
      if (shown.running() !== null) return new Refusal('attack.running');
      const missing = needs(id);
      if (missing) return new Refusal('attack.needs', missing);
      shown.begin(id);
      play[id]().then(
        (outcome) => shown.end(id, outcome),
        () => shown.end(id, 'failed'),
      );
      return null;
    },
    ghosts: pages,
    stop: async () => {
      stopping = true;
      wake();
      pages.stop();
      while (shown.running() !== null) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
};
