import { randomBytes } from 'node:crypto';
import { type Bytes, hash } from '@parley/protocol/bytes';
import type { Store } from '../../store/store.ts';

const LINK_MS = 24 * 3_600_000;

/** Makes a one-time link (NODE3) to a seat of a meeting that the store knows; it works for a day from `now` (ms). */
export const makeLink = async (
  store: Store,
  origin: string,
  { meeting, seat }: { readonly meeting: Bytes; readonly seat: string },
  now: number,
): Promise<string> => {
  const secret = new Uint8Array(randomBytes(32));
  await store.addLink({ secret: hash('link', secret), meeting, seat, until: now + LINK_MS });
  return `${origin}/seat/${encodeURIComponent(seat)}#link=${Buffer.from(secret).toString('base64url')}`;
};
