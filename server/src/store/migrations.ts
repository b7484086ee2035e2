import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Tables } from './tables.ts';

/** Each changes what stands; none is ever edited once released. */
const migrations: { readonly [name: string]: Migration } = {
  '001-begin': {
    up: async (db) => {
      const statements = [
        sql`create table meetings (meeting blob primary key, sheet blob not null) without rowid`,
        sql`create table entries (meeting blob not null references meetings, seq integer not null,
          head blob not null, bytes blob not null, primary key (meeting, seq)) without rowid`,
        sql`create table countersignatures (meeting blob not null references meetings, seq integer not null,
          root blob not null, bytes blob not null, primary key (meeting, root, seq)) without rowid`,
        sql`create table restrictions (meeting blob not null references meetings, hash blob not null,
          bytes blob not null, primary key (meeting, hash)) without rowid`,
        sql`create table blobs (meeting blob not null references meetings, hash blob not null,
          bytes blob not null, primary key (meeting, hash))`,
        sql`create table links (secret blob primary key, meeting blob not null references meetings,
          seat text not null, until integer not null, device blob) without rowid`,
        sql`create table devices (meeting blob not null references meetings, seat text not null, key blob not null,
          cookie blob not null unique, certificate blob not null, mandate blob not null,
          primary key (meeting, seat, key))`,
        sql`create table nonces (root blob not null, nonce text not null, until integer not null,
          primary key (root, nonce)) without rowid`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  '002-equivocations': {
    up: async (db) => {
      await sql`create table equivocations (meeting blob not null references meetings, one blob not null,
        other blob not null, primary key (meeting, one, other)) without rowid`.execute(db);
    },
  },
  '003-counterparts': {
    up: async (db) => {
      await sql`create table counterparts (root blob primary key, introduction blob not null,
        read integer not null, who text, channel text, at integer) without rowid`.execute(db);
    },
  },
  '004-proposals': {
    up: async (db) => {
      const statements = [
        sql`create table proposals (meeting blob primary key, body blob not null,
          until integer not null, withdrawer blob, reason text) without rowid`,
        sql`create table sheet_signatures (meeting blob not null references proposals, root blob not null,
          bytes blob not null, primary key (meeting, root)) without rowid`,
        sql`create table errands (id integer primary key autoincrement, meeting blob not null references proposals,
          root blob not null, request blob not null, until integer not null, refused text)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  '005-lines': {
    up: async (db) => {
      await sql`create table lines (root blob primary key, reached integer, away integer, why text) without rowid`.execute(
        db,
      );
    },
  },
  '006-guests': {
    up: async (db) => {
      await sql`create table guests (meeting blob not null references meetings, id text not null, seat blob not null,
        primary key (meeting, id)) without rowid`.execute(db);
    },
  },
  // Call sheets of version 1 are read by nobody any more. Their bodies begin with a map of 8 fields and v: 1.
  '007-sheets-2': {
    up: async (db) => {
      const old = sql`(select meeting from proposals where substr(body, 1, 4) = x'a8617601')`;
      for (const table of ['errands', 'sheet_signatures', 'proposals'])
        await sql`delete from ${sql.table(table)} where meeting in ${old}`.execute(db);
    },
  },
  '008-deleted': {
    up: async (db) => {
      await sql`create table deleted (number blob primary key) without rowid`.execute(db);
    },
  },
};

/** Brings a database to the newest form, or to the one named; throws where it cannot. */
export const migrate = async (db: Kysely<Tables>, upTo?: string): Promise<void> => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await (upTo === undefined ? migrator.migrateToLatest() : migrator.migrateTo(upTo));
  if (error) throw error;
};
