import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CounterpartConfig, type NodeConfig, writeConfig } from '../config/config.ts';
import { type Identity, openIdentity } from '../identity/files.ts';
import { signSheetByAll } from '../sheets.ts';
import { type Cast, rehearsalSheet } from './plan.ts';
import type { DoorPorts } from './ports.ts';

/** One delegation of a rehearsal, ready to start. */
export type Prepared = {
  readonly cast: Cast;
  readonly identity: Identity;
  readonly config: NodeConfig;
  readonly configPath: string;
};

export type PrepareOptions = {
  readonly cast: readonly Cast[];
  readonly data: string;
  readonly web: string;
  readonly binary: string;
  /** Signalling addresses in place of the SFUs' own, by delegation id: for a proxy between. */
  readonly sfuUrls: { readonly [id: string]: string };
  readonly portOf: DoorPorts;
  /** Ports of the doors, by delegation id, in place of those. */
  readonly ports: { readonly [id: string]: { readonly seats: number; readonly peer: number } };
};

const ADDRESS = '127.0.0.1';
const LOST_AFTER = { gone: 2_000, closed: 300 };

const sheetIn = (data: string): string => join(data, 'rehearsal.sheet');

/** Writes the call sheet of a new meeting, signed by all; `now` in ms. */
export const callMeeting = async (
  data: string,
  parties: readonly Pick<Prepared, 'cast' | 'identity'>[],
  now: number,
): Promise<void> => {
  const roots = new Map(parties.map(({ cast, identity }) => [cast.id, identity.root]));
  const cast = parties.map((party) => party.cast);
  const identities = parties.map((party) => party.identity);
  const sheet = await signSheetByAll(rehearsalSheet(cast, roots, now), identities);
  writeFileSync(sheetIn(data), sheet, { mode: 0o600 });
};

/**
 * Makes everything that the nodes of a rehearsal need: identities (kept from start to start), a call sheet that all
 * have signed, each other's roots pinned, and a configuration file for each.
 */
export const prepare = async (options: PrepareOptions): Promise<readonly Prepared[]> => {
  const { cast, data, portOf } = options;
  const now = Date.now();
  const parties = await Promise.all(
    cast.map(async (one) => {
      const folder = join(data, one.id);
      const identity = await openIdentity(join(folder, 'identity'), now);
      const fixed = options.ports[one.id];
      const seats = fixed?.seats ?? (await portOf(`${one.id} seats`));
      const peer = fixed?.peer ?? (await portOf(`${one.id} peer`));
      const host = `http://${one.id}.localhost`;
      return {
        cast: one,
        folder,
        identity,
        seats: { origin: `${host}:${seats}`, address: ADDRESS, port: seats },
        peer: { origin: `${host}:${peer}`, address: ADDRESS, port: peer },
      };
    }),
  );
  mkdirSync(data, { recursive: true, mode: 0o700 });
  await callMeeting(data, parties, now);
  return parties.map((party) => {
    const counterparts = parties
      .filter((other) => other !== party)
      .map(
        (other): CounterpartConfig => ({
          name: other.cast.name,
          root: other.identity.root,
          keys: other.identity.keys,
          peer: other.peer.origin,
        }),
      );
    const config: NodeConfig = {
      name: party.cast.name,
      folder: party.folder,
      identity: join(party.folder, 'identity'),
      seats: party.seats,
      peer: party.peer,
      web: options.web,
      metrics: null,
      plain: true,
      tls: null,
      privateRanges: ['127.0.0.0/8'],
      counterparts,
      sheets: [sheetIn(data)],
      sfu: {
        address: ADDRESS,
        port: null,
        mediaPort: null,
        url: options.sfuUrls[party.cast.id] ?? null,
        binary: options.binary,
        keep: false,
      },
      relay: null,
      lostAfter: LOST_AFTER,
    };
    const configPath = join(party.folder, 'node.json');
    writeFileSync(configPath, writeConfig(config), { mode: 0o600 });
    return { cast: party.cast, identity: party.identity, config, configPath };
  });
};
