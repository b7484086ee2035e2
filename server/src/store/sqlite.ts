import { createHash } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Bytes } from '@parley/protocol/bytes';
import { Kysely, sql } from 'kysely';
import { counterpartsOver } from './counterparts.ts';
import { builtIn } from './dialect.ts';
import { migrate } from './migrations.ts';
import { proposalsOver } from './proposals.ts';
import type { Device, Store, StoredBlob, StoredCountersignature, StoredEntry } from './store.ts';
import type { Tables } from './tables.ts';
import { type Together, together } from './together.ts';

/** Opens the store in a SQLite file (made, 0600, where it is missing) and brings it to the newest form. */
export const openSqlite = async (path: string): Promise<Store> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const db = new Kysely<Tables>({ dialect: builtIn(path) });
  await migrate(db);
  return storeOver(db, together(db), await versionOf(db));
};

// SQLite's own count of what other connections have committed.
const versionOf = async (db: Kysely<Tables>): Promise<number> => {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db);
  return rows[0]?.data_version ?? 0;
};

// Rows come back as Uint8Arrays on buffers of their own.
const own = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

/** All tables with rows of one meeting, whatever refers to another one before it. */
const OF_A_MEETING = [
  'entries',
  'countersignatures',
  'equivocations',
  'restrictions',
  'blobs',
  'links',
  'devices',
  'guests',
  'errands',
  'sheet_signatures',
  'proposals',
  'meetings',
] as const;

const numberOf = (meeting: Bytes): Uint8Array => createHash('sha256').update(meeting).digest();

const insertBlobs = async (db: Kysely<Tables>, meeting: Bytes, blobs: readonly StoredBlob[]): Promise<void> => {
  for (const { hash, bytes } of blobs)
    await db
      .insertInto('blobs')
      .values({ meeting, hash, bytes })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
};

const insertCountersignatures = async (
  db: Kysely<Tables>,
  meeting: Bytes,
  countersignatures: readonly StoredCountersignature[],
): Promise<void> => {
  for (const one of countersignatures)
    await db
      .insertInto('countersignatures')
      .values({ meeting, ...one })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
};

const storeOver = (db: Kysely<Tables>, { write, writeBefore, rest }: Together, seen: number): Store => ({
  ...counterpartsOver(db, write),
  ...proposalsOver(db, write),
  addMeeting: (meeting, sheet) =>
    write(async (within) => {
      await within
        .insertInto('meetings')
        .values({ meeting, sheet })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }),
  meetings: async () => {
    const rows = await db.selectFrom('meetings').selectAll().execute();
    return rows.map((row) => ({ meeting: own(row.meeting), sheet: own(row.sheet) }));
  },

  deleteMeeting: async (meeting) => {
    await write(async (within) => {
      for (const table of OF_A_MEETING) await within.deleteFrom(table).where('meeting', '=', meeting).execute();
      await within
        .insertInto('deleted')
        .values({ number: numberOf(meeting) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
  },
  isDeleted: async (meeting) =>
    (await db.selectFrom('deleted').select('number').where('number', '=', numberOf(meeting)).executeTakeFirst()) !==
    undefined,

  addGuest: (meeting, id, seat) =>
    write(async (within) => {
      const { numInsertedOrUpdatedRows } = await within
        .insertInto('guests')
        .values({ meeting, id, seat })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    }),
  guests: async (meeting) => {
    const rows = await db.selectFrom('guests').select('seat').where('meeting', '=', meeting).orderBy('id').execute();
    return rows.map(({ seat }) => own(seat));
  },

  addEntry: (meeting, { seq, head, bytes }, { blobs, countersignatures }) =>
    write(async (within) => {
      const { numInsertedOrUpdatedRows } = await within
        .insertInto('entries')
        .values({ meeting, seq, head, bytes })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await insertBlobs(within, meeting, blobs);
      await insertCountersignatures(within, meeting, countersignatures);
      return true;
    }),
  entriesAfter: async (meeting, seq, most) => {
    const rows = await db
      .selectFrom('entries')
      .select(['seq', 'head', 'bytes'])
      .where('meeting', '=', meeting)
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(most)
      .execute();
    return rows.map((row): StoredEntry => ({ seq: row.seq, head: own(row.head), bytes: own(row.bytes) }));
  },

  addCountersignature: (meeting, countersignature) =>
    write((within) => insertCountersignatures(within, meeting, [countersignature])),
  newestCountersignatures: async (meeting) => {
    const rows = await db
      .selectFrom('countersignatures as one')
      .select('one.bytes')
      .where('one.meeting', '=', meeting)
      .where('one.seq', '=', (inner) =>
        inner
          .selectFrom('countersignatures as other')
          .select((select) => select.fn.max('other.seq').as('seq'))
          .whereRef('other.meeting', '=', 'one.meeting')
          .whereRef('other.root', '=', 'one.root'),
      )
      .execute();
    return rows.map((row) => own(row.bytes));
  },
  countersignaturesAt: async (meeting, seq) => {
    const rows = await db
      .selectFrom('countersignatures')
      .select('bytes')
      .where('meeting', '=', meeting)
      .where('seq', '=', seq)
      .execute();
    return rows.map((row) => own(row.bytes));
  },

  addEquivocation: (meeting, [one, other]) =>
    write(async (within) => {
      await within
        .insertInto('equivocations')
        .values({ meeting, one, other })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }),
  equivocations: async (meeting) => {
    const rows = await db.selectFrom('equivocations').select(['one', 'other']).where('meeting', '=', meeting).execute();
    return rows.map((row) => [own(row.one), own(row.other)] as const);
  },

  addRestriction: (meeting, hash, bytes) =>
    write(async (within) => {
      await within
        .insertInto('restrictions')
        .values({ meeting, hash, bytes })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }),
  dropRestriction: (meeting, hash) =>
    write(async (within) => {
      await within.deleteFrom('restrictions').where('meeting', '=', meeting).where('hash', '=', hash).execute();
    }),
  restrictions: async (meeting) => {
    const rows = await db.selectFrom('restrictions').select('bytes').where('meeting', '=', meeting).execute();
    return rows.map((row) => own(row.bytes));
  },

  addBlobs: (meeting, blobs) => write((within) => insertBlobs(within, meeting, blobs)),
  blob: async (meeting, hash) => {
    const row = await db
      .selectFrom('blobs')
      .select('bytes')
      .where('meeting', '=', meeting)
      .where('hash', '=', hash)
      .executeTakeFirst();
    return row ? own(row.bytes) : null;
  },

  addLink: (link) =>
    write(async (within) => {
      await within
        .insertInto('links')
        .values({ ...link, device: null })
        .execute();
    }),
  redeem: (secret, { meeting, seat }, device, now) =>
    write(async (within) => {
      const link = await within
        .selectFrom('links')
        .select(['device', 'until'])
        .where('secret', '=', secret)
        .where('meeting', '=', meeting)
        .where('seat', '=', seat)
        .executeTakeFirst();
      if (!link) return 'unknown';
      if (link.device) return 'used';
      if (link.until <= now) return 'expired';
      await within.updateTable('links').set({ device }).where('secret', '=', secret).execute();
      return 'redeemed';
    }),

  putDevice: (device) =>
    write(async (within) => {
      const { cookie, certificate, mandate } = device;
      await within
        .insertInto('devices')
        .values({ ...device })
        .onConflict((conflict) =>
          conflict.columns(['meeting', 'seat', 'key']).doUpdateSet({ cookie, certificate, mandate }),
        )
        .execute();
    }),
  deviceByCookie: async (cookie, seat) => {
    const row = await db
      .selectFrom('devices')
      .selectAll()
      .where('cookie', '=', cookie)
      .where('seat', '=', seat)
      .executeTakeFirst();
    if (!row) return null;
    const { meeting, key, certificate, mandate } = row;
    return {
      seat: row.seat,
      meeting: own(meeting),
      key: own(key),
      cookie: own(row.cookie),
      certificate: own(certificate),
      mandate: own(mandate),
    } satisfies Device;
  },

  // Every word of a counterpart costs one: it waits for the disk only where something is stored because of it.
  takeNonce: (root, nonce, until) =>
    writeBefore(async (within) => {
      const { numInsertedOrUpdatedRows } = await within
        .insertInto('nonces')
        .values({ root, nonce, until })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    }),
  forget: (now) =>
    write(async (within) => {
      await within.deleteFrom('nonces').where('until', '<=', now).execute();
      await within.deleteFrom('links').where('until', '<=', now).where('device', 'is', null).execute();
    }),

  changedElsewhere: async () => {
    const now = await versionOf(db);
    const changed = now !== seen;
    seen = now;
    return changed;
  },
  close: async () => {
    await rest();
    await db.destroy();
  },
});
