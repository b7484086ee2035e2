import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import { serial } from '../meeting/serial.ts';
import { arePagesBuilt, buildPages, builtPages } from '../pages.ts';
import { makeRecord } from '../records/make.ts';
import { attacks } from './attacks/attacks.ts';
import { rehearsalDoor } from './door.ts';
import { dropLock, type Running, takeLock, updateLock } from './lock.ts';
import { type NodeProcess, nodeProcess } from './node-process.ts';
import { type Cast, castOf, DELEGATIONS } from './plan.ts';
import { keptPorts } from './ports.ts';
import { callMeeting, prepare } from './prepare.ts';
import type { RehearsalState } from './state.ts';

export type RehearseOptions = {
  /** Folder of everything that is kept. */
  readonly data: string;
  /** How many delegations meet; two unless told. */
  readonly delegations?: number;
  /** Port of the rehearsal page, or null for a free one. */
  readonly port: number | null;
  /** Finds livekit-server, or gets it, which may take minutes. */
  readonly binary: (signal?: AbortSignal) => Promise<string | Refusal>;
  readonly sfuUrls?: { readonly [id: string]: string };
  readonly ports?: { readonly [id: string]: { readonly seats: number; readonly peer: number } };
  /** Folder of built pages in place of this project's own, which are built where they are missing or stale. */
  readonly web?: string;
  /** Says one line to the person who waits. */
  readonly say: (line: string) => void;
  /** Ends a start that is still under way. */
  readonly signal?: AbortSignal;
};

/** One delegation of a running rehearsal. */
export type RehearsedDelegation = {
  readonly id: string;
  readonly name: string;
  readonly seats: Cast['seats'];
  readonly root: string;
  readonly origin: string;
  /** Folder of its files; the SFU's port, key and secret stand in `sfu/sfu.json`. */
  readonly folder: string;
  readonly pid: () => number | null;
  /** Sends signalling elsewhere from now on (null: to the SFU itself again). */
  readonly reroute: (url: string | null) => Promise<Refusal | null>;
};

/** A running rehearsal. */
export type Rehearsal = {
  readonly url: string;
  readonly delegations: readonly RehearsedDelegation[];
  readonly state: () => RehearsalState;
  readonly link: (seat: string, standIn?: boolean) => Promise<string | Refusal>;
  readonly stop: () => Promise<void>;
};

const ADDRESS = '127.0.0.1';

/**
 * Starts a rehearsal: nodes, each with its SFU, that have pinned each other's roots. Refused with
 * `rehearsal.running` (another one has the data folder; its page's address is the detail), `rehearsal.ended` (by the
 * signal), and with what its parts refuse.
 */
export const rehearse = async (options: RehearseOptions): Promise<Rehearsal | Refusal> => {
  const { data, say } = options;
  const instance = randomBytes(16).toString('hex');
  let lock: Running = { instance, pid: process.pid, url: null, port: null, nodes: [] };
  const other = await takeLock(data, lock);
  if (other) return new Refusal('rehearsal.running', other.url ?? 'it is still starting');
  const failed = (refusal: Refusal): Refusal => {
    dropLock(data);
    return refusal;
  };

  const cast = castOf(options.delegations ?? DELEGATIONS.least);
  say(`Starting ${cast.length} nodes, each with its SFU …`);
  const web = options.web ?? builtPages;
  const building = options.web || arePagesBuilt() ? null : buildPages(options.signal);
  if (building) say('Building the pages; this takes about ten seconds, once.');
  const binary = await options.binary(options.signal);
  const ended = () => (options.signal?.aborted ? failed(new Refusal('rehearsal.ended')) : null);
  if (binary instanceof Refusal) return ended() ?? failed(binary);
  const portOf = keptPorts(data, ADDRESS);
  const port = options.port ?? (await portOf('page'));
  const prepared = await prepare({
    cast,
    data,
    web,
    binary,
    sfuUrls: options.sfuUrls ?? {},
    portOf,
    ports: options.ports ?? {},
  });

  const endedBefore = ended();
  if (endedBefore) return endedBefore;

  const origin = `http://rehearsal.localhost:${port}`;
  const standIns = new Set<string>();
  let nodes: readonly NodeProcess[] = [];
  const state = (): RehearsalState => ({
    delegations: nodes.map(({ prepared: { cast, identity }, occupied }, n) => ({
      name: cast.name,
      root: toHex(identity.root),
      host: n === 0,
      seats: [...cast.seats, cast.guest].map((seat) => {
        const who = standIns.has(seat.id) ? 'stand-in' : 'person';
        const occupiedBy = occupied().includes(seat.id) ? who : 'free';
        return { ...seat, occupied: occupiedBy, guest: seat === cast.guest };
      }),
    })),
    attacks: playing.states(),
  });
  const link = async (seat: string, standIn = false): Promise<string | Refusal> => {
    const host = nodes.find(({ prepared: { cast } }) => [...cast.seats, cast.guest].some(({ id }) => id === seat));
    if (!host) return new Refusal('door.unknown-seat', seat);
    const { guest } = host.prepared.cast;
    // Once in each meeting: afterwards it is there already.
    if (guest.id === seat) await host.ask({ kind: 'guest', guest });
    const url = await host.ask({ kind: 'link', seat });
    if (url instanceof Refusal || url === null) return url ?? new Refusal('node.away');
    const taken = nodes.flatMap((one) => one.occupied());
    // Whoever opens it takes the seat over from whoever sits there now.
    if (standIn) standIns.add(seat);
    else standIns.delete(seat);
    door.changed();
    if (standIn) return `${url}&stand-in`;
    // A second person's seat on this machine begins silent, or the two would howl at each other.
    return taken.some((one) => one !== seat && !standIns.has(one)) ? `${url}&second` : url;
  };
  const playing = attacks(
    () => nodes,
    () => door.changed(),
  );
  const record = async (root: string): Promise<Bytes | Refusal> => {
    const node = nodes.find((one) => toHex(one.prepared.identity.root) === root);
    if (!node) return new Refusal('record.unknown-meeting', root);
    const made = await makeRecord(node.prepared.config, undefined, Date.now());
    return made instanceof Refusal ? made : made.bytes;
  };
  const { begin: attack, ghosts } = playing;
  const door = rehearsalDoor({ origin, web, instance, state, link, attack, ghosts, record });
  const changed = () => {
    lock = { ...lock, nodes: nodes.flatMap((one) => one.pid() ?? []) };
    updateLock(data, lock);
    door.changed();
    if (nodes.length > 0 && nodes.every((one) => one.closed())) void inTurn(callAnother);
  };
  /** When a meeting has ended, the next one is held at once, so that everybody can sit down again. */
  const inTurn = serial();
  const callAnother = async () => {
    if (!nodes.every((one) => one.closed())) return;
    await callMeeting(data, prepared, Date.now());
    await Promise.all(nodes.map((one) => one.ask({ kind: 'hold' })));
  };
  nodes = prepared.map((one) => nodeProcess(one, () => queueMicrotask(changed), options.say));
  const stop = async () => {
    await playing.stop();
    await listening; // a server that is about to listen does not close
    await Promise.all([...nodes.map((one) => one.stop()), door.app.close()]);
    dropLock(data);
  };
  const aborted = new Promise<readonly [Refusal]>((resolve) => {
    const end = () => resolve([new Refusal('rehearsal.ended')]);
    if (options.signal?.aborted) end();
    options.signal?.addEventListener('abort', end, { once: true });
  });
  const listening = door.app.listen({ host: ADDRESS, port }).then(
    () => null,
    (error: unknown) => new Refusal('node.port', error instanceof Error ? error.message : ''),
  );
  const outcomes = Promise.all([listening, building, ...nodes.map((one) => one.ready)]);
  const refusal = (await Promise.race([outcomes, aborted])).find((one) => one instanceof Refusal);
  if (refusal) {
    await stop();
    return refusal;
  }
  lock = { ...lock, url: `${origin}/`, port };
  changed();
  return {
    url: `${origin}/`,
    delegations: nodes.map(({ prepared: { cast, identity, config }, pid, ask }) => ({
      id: cast.id,
      name: cast.name,
      seats: cast.seats,
      root: toHex(identity.root),
      origin: config.seats.origin,
      folder: join(data, cast.id),
      pid,
      reroute: async (url) => {
        const answer = await ask({ kind: 'reroute', url });
        return answer instanceof Refusal ? answer : null;
      },
    })),
    state,
    link,
    stop,
  };
};
