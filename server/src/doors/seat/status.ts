import type { Refusal } from '@parley/protocol/bytes';

const STATUS: { readonly [code: string]: number } = {
  'door.origin': 403,
  'door.unknown-device': 401,
  'door.unknown-seat': 404,
  'door.unknown-path': 404,
  'link.forged': 401,
  'link.unknown': 404,
  'link.used': 409,
  'link.expired': 409,
  'bytes.too-long': 413,
  'door.too-many': 429,
  'sfu.down': 503,
  'sfu.unreachable': 503,
  'sfu.unknown-root': 404,
  'sfu.no-resume': 409,
  'peer.unreachable': 503,
  'store.full': 503,
  'store.broken': 503,
};

/** HTTP status of a refusal (NODE7); 400 where none is named. */
export const statusOf = (refusal: Refusal): number => STATUS[refusal.code] ?? 400;
