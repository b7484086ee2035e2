import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type SqliteDatabase, SqliteDialect } from 'kysely';

const REMEMBERED = 200;

/** Kysely's SQLite dialect over the SQLite that is built into Node. */
export const builtIn = (path: string): SqliteDialect => {
  const database = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: true });
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000; pragma secure_delete = on',
  );
  const statements = new Map<string, StatementSync>();
  const prepare = (text: string): StatementSync => {
    let statement = statements.get(text);
    if (!statement) {
      if (statements.size >= REMEMBERED) statements.clear();
      statement = database.prepare(text);
      statements.set(text, statement);
    }
    return statement;
  };
  // Kysely hands over the parameters of its own compiled queries.
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  // Where the disk is full SQLite has rolled back by itself: asked to again, it would hide why.
  const nothing = { reader: false, all: () => [], run: () => ({ changes: 0, lastInsertRowid: 0 }), *iterate() {} };
  const adapter: SqliteDatabase = {
    close: () => database.close(),
    prepare: (text) => {
      if (text === 'rollback' && !database.isTransaction) return nothing;
      const statement = prepare(text);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
  return new SqliteDialect({ database: adapter });
};
