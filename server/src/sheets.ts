import { type Bytes, encode, equal, Refusal } from '@parley/protocol/bytes';
import type { Pins } from '@parley/protocol/identity';
import { assembleSheet, type Sheet, type SheetBody, signSheet, verifySheet } from '@parley/protocol/log';
import type { NodeConfig } from './config/config.ts';
import { readBytes } from './files.ts';
import type { Identity } from './identity/files.ts';

/** A call sheet and the bytes that were signed. */
export type AgreedSheet = { readonly sheet: Sheet; readonly bytes: Bytes };

/** A signed call sheet is no longer (SHEET3). */
const LIMIT = 131_072;

/**
 * Reads and verifies the call sheets that the configuration names; refuses `file.*`, what `verifySheet` refuses, and
 * `node.seat-twice` where two of them have a seat of one name for this delegation.
 */
export const readSheets = async (
  config: NodeConfig,
  identity: Identity,
  pins: Pins,
): Promise<readonly AgreedSheet[] | Refusal> => {
  const sheets: AgreedSheet[] = [];
  for (const path of config.sheets) {
    const bytes = readBytes(path, LIMIT);
    if (bytes instanceof Refusal) return bytes;
    const sheet = await verifySheet(pins, bytes);
    if (sheet instanceof Refusal) return sheet;
    sheets.push({ sheet, bytes });
  }
  const own = sheets.flatMap(({ sheet }) => sheet.seats.filter((seat) => equal(seat.root, identity.root)));
  const names = own.map((seat) => seat.id);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  return twice === undefined ? sheets : new Refusal('node.seat-twice', twice);
};

/** Signs a call sheet for several delegations at once, in the sheet's order (a rehearsal holds both identities). */
export const signSheetByAll = async (body: SheetBody, identities: readonly Identity[]): Promise<Bytes> => {
  const encoded = encode(body);
  return assembleSheet(encoded, await Promise.all(identities.map((identity) => signSheet(encoded, identity))));
};
