import type { Bytes } from '@parley/protocol/bytes';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';
import type { Together } from './together.ts';

/** Who compared the words with the other side, by what channel, and when (ms). */
export type Confirmation = { readonly who: string; readonly channel: string; readonly at: number };

/** An introduction as it was read in, and its confirmation, or null while it is worth nothing. */
export type StoredCounterpart = {
  readonly root: Bytes;
  readonly introduction: Bytes;
  /** When it was read in, in ms. */
  readonly read: number;
  readonly confirmation: Confirmation | null;
};

/** How the line to a counterpart's node stands: when it was reached last (ms), and since when and why it is not. */
export type StoredLine = {
  readonly root: Bytes;
  readonly reached: number | null;
  readonly away: { readonly since: number; readonly why: string } | null;
};

/** Who was introduced to a node. */
export type CounterpartStore = {
  /** Keeps an introduction by its root; a newer one of the same root takes its place and leaves the confirmation. */
  readonly putIntroduction: (root: Bytes, introduction: Bytes, read: number) => Promise<void>;
  /** Keeps that the words of a root were compared; the first confirmation stays. */
  readonly confirm: (root: Bytes, confirmation: Confirmation) => Promise<void>;
  /** Forgets who was introduced under a root. */
  readonly dropIntroduction: (root: Bytes) => Promise<void>;
  /** Notes that a counterpart was reached at a time (ms), or why it was not: it is away since the first such time. */
  readonly noteLine: (root: Bytes, at: number, why: string | null) => Promise<void>;
  readonly lines: () => Promise<readonly StoredLine[]>;
  readonly counterparts: () => Promise<readonly StoredCounterpart[]>;
};

/** `CounterpartStore` over a database. */
export const counterpartsOver = (db: Kysely<Tables>, write: Together['write']): CounterpartStore => ({
  putIntroduction: (root, introduction, read) =>
    write(async (within) => {
      await within
        .insertInto('counterparts')
        .values({ root, introduction, read, who: null, channel: null, at: null })
        .onConflict((conflict) => conflict.column('root').doUpdateSet({ introduction, read }))
        .execute();
    }),
  confirm: (root, confirmation) =>
    write(async (within) => {
      await within
        .updateTable('counterparts')
        .set({ ...confirmation })
        .where('root', '=', root)
        .where('at', 'is', null)
        .execute();
    }),
  noteLine: (root, at, why) =>
    write(async (within) => {
      const first = why === null ? { reached: at, away: null, why } : { reached: null, away: at, why };
      await within
        .insertInto('lines')
        .values({ root, ...first })
        .onConflict((conflict) =>
          conflict
            .column('root')
            .doUpdateSet(
              why === null
                ? { reached: at, away: null, why }
                : ({ ref, fn }) => ({ away: fn.coalesce(ref('lines.away'), ref('excluded.away')), why }),
            ),
        )
        .execute();
    }),
  lines: async () => {
    const rows = await db.selectFrom('lines').selectAll().orderBy('root').execute();
    return rows.map(({ root, reached, away, why }) => ({
      root: new Uint8Array(root),
      reached,
      away: away === null ? null : { since: away, why: why ?? '' },
    }));
  },
  dropIntroduction: (root) =>
    write(async (within) => {
      await within.deleteFrom('counterparts').where('root', '=', root).execute();
    }),
  counterparts: async () => {
    const rows = await db.selectFrom('counterparts').selectAll().orderBy('root').execute();
    return rows.map(({ root, introduction, read, who, channel, at }) => ({
      root: new Uint8Array(root),
      introduction: new Uint8Array(introduction),
      read,
      confirmation: who === null || channel === null || at === null ? null : { who, channel, at },
    }));
  },
});
