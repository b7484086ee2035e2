import type { Generated } from 'kysely';

/** The columns as SQLite and PostgreSQL both hold them: bytes as BLOB, times in ms, flags by presence. */
export type Tables = {
  meetings: { meeting: Uint8Array; sheet: Uint8Array };
  entries: { meeting: Uint8Array; seq: number; head: Uint8Array; bytes: Uint8Array };
  countersignatures: { meeting: Uint8Array; seq: number; root: Uint8Array; bytes: Uint8Array };
  equivocations: { meeting: Uint8Array; one: Uint8Array; other: Uint8Array };
  restrictions: { meeting: Uint8Array; hash: Uint8Array; bytes: Uint8Array };
  blobs: { meeting: Uint8Array; hash: Uint8Array; bytes: Uint8Array };
  links: { secret: Uint8Array; meeting: Uint8Array; seat: string; until: number; device: Uint8Array | null };
  devices: {
    meeting: Uint8Array;
    seat: string;
    key: Uint8Array;
    cookie: Uint8Array;
    certificate: Uint8Array;
    mandate: Uint8Array;
  };
  counterparts: {
    root: Uint8Array;
    introduction: Uint8Array;
    read: number;
    who: string | null;
    channel: string | null;
    at: number | null;
  };
  lines: { root: Uint8Array; reached: number | null; away: number | null; why: string | null };
  proposals: {
    meeting: Uint8Array;
    body: Uint8Array;
    until: number;
    withdrawer: Uint8Array | null;
    reason: string | null;
  };
  sheet_signatures: { meeting: Uint8Array; root: Uint8Array; bytes: Uint8Array };
  errands: {
    id: Generated<number>;
    meeting: Uint8Array;
    root: Uint8Array;
    request: Uint8Array;
    until: number;
    refused: string | null;
  };
  deleted: { number: Uint8Array };
  guests: { meeting: Uint8Array; id: string; seat: Uint8Array };
  nonces: { root: Uint8Array; nonce: string; until: number };
};
