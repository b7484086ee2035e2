import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, isFreePort } from '../sfu/livekit/settings.ts';

/** Gives each door of a rehearsal its port, by the door's name. */
export type DoorPorts = (door: string) => Promise<number>;

const read = (path: string): ReadonlyMap<string, number> => {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const all = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    return new Map(all.filter(([, port]) => Number.isInteger(port) && port > 0 && port < 65_536));
  } catch {
    return new Map();
  }
};

/**
 * Ports of `address`, kept in the data folder from start to start as long as they are free: a page that is open finds
 * the rehearsal again where it was.
 */
export const keptPorts = (data: string, address: string): DoorPorts => {
  const path = join(data, 'ports.json');
  const before = read(path);
  const now = new Map<string, number>();
  return async (door) => {
    const kept = before.get(door);
    const port = kept !== undefined && (await isFreePort(kept, address)) ? kept : await freePort(address);
    now.set(door, port);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    writeFileSync(path, JSON.stringify(Object.fromEntries(now)), { mode: 0o600 });
    return port;
  };
};
