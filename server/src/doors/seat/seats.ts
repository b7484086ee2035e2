import { type Bytes, Refusal } from '@parley/protocol/bytes';
import type { AgreedSeat } from '@parley/protocol/log';
import type { Meeting } from '../../meeting/meeting.ts';
import type { Device, Store } from '../../store/store.ts';
import { cookieHash } from './cookie.ts';

/** A seat of one's own delegation, and the meeting it is in. `sheet`: the signed call sheet. */
export type OwnSeat = { readonly agreed: AgreedSeat; readonly meeting: Meeting; readonly signedSheet: Bytes };

/** The seats whose doors are open, by name. */
export type OwnSeats = ReadonlyMap<string, OwnSeat>;

const PATH = /^\/seat\/([^/]{1,96})(?:\/(.*))?$/;

/** Reads a path under a seat: which seat, and what of it. */
export const readSeatPath = (path: string): { readonly seat: string; readonly rest: string } | null => {
  const [, name, rest = ''] = PATH.exec(path) ?? [];
  if (name === undefined) return null;
  try {
    return { seat: decodeURIComponent(name), rest };
  } catch {
    return null;
  }
};

/** The device that a request's cookie stands for, at one seat. Refused with `door.unknown-device`. */
export const deviceAt = async (store: Store, seat: string, cookie: string | undefined): Promise<Device | Refusal> => {
  const hash = cookieHash(cookie);
  const device = hash ? await store.deviceByCookie(hash, seat) : null;
  return device ?? new Refusal('door.unknown-device');
};
