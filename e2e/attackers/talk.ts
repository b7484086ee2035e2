import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bytes, Refusal, toHex } from '@parley/protocol/bytes';
import type { Pins } from '@parley/protocol/identity';
import { type AgreedSeat, type Sheet, verifySheet } from '@parley/protocol/log';
import type { NodeConfig } from '../../server/src/config/config.ts';
import { type Identity, openIdentity } from '../../server/src/identity/files.ts';
import { freePort } from '../../server/src/sfu/livekit/settings.ts';
import { signSheetByAll } from '../../server/src/sheets.ts';

/** A delegation with the keys that its node holds, and the ports at which its doors are. */
export type Party = {
  readonly name: 'Alba' | 'Borland';
  readonly folder: string;
  readonly identity: Identity;
  readonly root: string;
  readonly seatPort: number;
  readonly peerPort: number;
  readonly sfuPort: number;
};

/** Two delegations that agreed on a talk; Alba hosts. Everything that attackers steal is in here. */
export type Talk = {
  readonly folder: string;
  readonly alba: Party;
  readonly borland: Party;
  readonly sheet: Sheet;
  readonly signed: Bytes;
  readonly pins: Pins;
  readonly seat: (id: string) => AgreedSeat;
  /** Configuration of a party's node; `peer`: where it believes the counterpart's peer door. */
  readonly configOf: (party: Party, change?: Partial<NodeConfig>) => NodeConfig;
  readonly remove: () => void;
};

const web = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Seats of each delegation: three, so that a hostile one has an honest colleague and a principal. */
const seatsOf = ({ name, identity }: Party): readonly AgreedSeat[] =>
  (['principal', 'adviser', 'note-taker'] as const).map((role) => ({
    id: `${name.toLowerCase()}-${role}`,
    root: identity.root,
    role,
    name: `${name} ${role}`,
    function: `The ${role}`,
  }));

/** An origin of a party's doors, by its own name, so that cookies stay apart. */
export const originOf = (party: Party, port: number): string => `http://${party.name.toLowerCase()}.localhost:${port}`;

/**
 * Makes both delegations, on free ports of this machine, and signs the call sheet for both. `after`: on another talk's
 * ports, with its Borland, but with an Alba that has another root.
 */
export const makeTalk = async (after?: Talk): Promise<Talk> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-attack-'));
  const now = Date.now();
  const party = async (name: Party['name'], before: Party | undefined): Promise<Party> => {
    const own = join(folder, name.toLowerCase());
    if (before && name === 'Borland')
      cpSync(join(before.folder, 'identity'), join(own, 'identity'), { recursive: true });
    const identity = await openIdentity(join(own, 'identity'), now);
    const [seatPort, peerPort, sfuPort] = before
      ? [before.seatPort, before.peerPort, before.sfuPort]
      : [await freePort('127.0.0.1'), await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    return { name, folder: own, identity, root: toHex(identity.root), seatPort, peerPort, sfuPort };
  };
  const alba = await party('Alba', after?.alba);
  const borland = await party('Borland', after?.borland);
  const parties = [alba, borland];
  const identities = parties.map(({ identity }) => identity);
  const signed = await signSheetByAll(
    {
      v: 2,
      meeting: new Uint8Array(randomBytes(16)),
      title: 'A talk under attack',
      host: alba.identity.root,
      from: now,
      until: now + 4 * 3_600_000,
      zone: 'UTC',
      record: 'everything',
      delegations: parties.map(({ name, identity }) => ({ root: identity.root, name })),
      seats: parties.flatMap(seatsOf),
    },
    identities,
  );
  const pins: Pins = new Map(identities.map(({ root, keys }) => [toHex(root), keys]));
  const sheet = await verifySheet(pins, signed);
  if (sheet instanceof Refusal) throw new Error(`${sheet.code}: ${sheet.detail}`);
  const sheetPath = join(folder, 'sheet');
  writeFileSync(sheetPath, signed);
  return {
    folder,
    alba,
    borland,
    sheet,
    signed,
    pins,
    seat: (id) => {
      const found = sheet.seats.find((seat) => seat.id === id);
      if (!found) throw new Error(`no seat ${id}`);
      return found;
    },
    configOf: (own, change) => ({
      name: own.name,
      folder: own.folder,
      identity: join(own.folder, 'identity'),
      seats: { origin: originOf(own, own.seatPort), address: '127.0.0.1', port: own.seatPort },
      peer: { origin: originOf(own, own.peerPort), address: '127.0.0.1', port: own.peerPort },
      web,
      metrics: null,
      plain: true,
      tls: null,
      privateRanges: ['127.0.0.0/8'],
      counterparts: parties
        .filter((one) => one !== own)
        .map((one) => ({
          name: one.name,
          root: one.identity.root,
          keys: one.identity.keys,
          peer: originOf(one, one.peerPort),
        })),
      sheets: [sheetPath],
      sfu: { address: '127.0.0.1', port: own.sfuPort, mediaPort: null, url: null, binary: null, keep: false },
      relay: null,
      lostAfter: { gone: 2_000, closed: 300 },
      ...change,
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
