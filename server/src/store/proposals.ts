import type { Bytes } from '@parley/protocol/bytes';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';
import type { Together } from './together.ts';

/** One delegation's signature over a proposed call sheet, as it is encoded. */
export type StoredSignature = { readonly root: Bytes; readonly bytes: Bytes };

/** A meeting that was proposed: the call sheet's body, who signed it, and who withdrew it, if anybody did. */
export type StoredProposal = {
  readonly meeting: Bytes;
  readonly body: Bytes;
  readonly signatures: readonly StoredSignature[];
  readonly withdrawn: { readonly root: Bytes; readonly reason: string } | null;
};

/** What a counterpart's node is still to be told: an encoded request, worth sending until a time (ms). */
export type Errand = { readonly root: Bytes; readonly request: Bytes; readonly until: number };
export type StoredErrand = Errand & { readonly id: number; readonly meeting: Bytes; readonly refused: string | null };

/** Meetings that are being agreed on. Each change is written together with what has to be told because of it. */
export type ProposalStore = {
  /** False, and nothing kept, where a proposal of this number is known. `until`: when it is over, in ms. */
  readonly addProposal: (
    plan: { readonly meeting: Bytes; readonly until: number },
    body: Bytes,
    signature: StoredSignature,
    errands: readonly Errand[],
  ) => Promise<boolean>;
  /** Keeps a signature; false, and nothing changed, where that delegation has signed. */
  readonly addSheetSignature: (
    meeting: Bytes,
    signature: StoredSignature,
    errands: readonly Errand[],
  ) => Promise<boolean>;
  /** Keeps who withdrew a proposal; false, and nothing changed, where somebody did before, or its log has begun. */
  readonly withdrawProposal: (
    meeting: Bytes,
    withdrawn: { readonly root: Bytes; readonly reason: string },
    errands: readonly Errand[],
  ) => Promise<boolean>;
  /** Takes one's own withdrawal back: the meeting had begun elsewhere. */
  readonly reinstateProposal: (meeting: Bytes, root: Bytes) => Promise<void>;
  /** Keeps what is to be told of a meeting once more. */
  readonly addErrands: (meeting: Bytes, errands: readonly Errand[]) => Promise<void>;
  readonly proposals: () => Promise<readonly StoredProposal[]>;
  /** Forgets proposals that were over before a time (ms) and never became a meeting here. */
  readonly forgetProposals: (before: number) => Promise<void>;
  /** All errands, oldest first; those that were refused stay, to be shown. */
  readonly errands: () => Promise<readonly StoredErrand[]>;
  /** An errand was done (null), or refused for good with a code. */
  readonly settleErrand: (id: number, refused: string | null) => Promise<void>;
};

const own = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

const insertErrands = async (db: Kysely<Tables>, meeting: Bytes, errands: readonly Errand[]): Promise<void> => {
  for (const errand of errands)
    await db
      .insertInto('errands')
      .values({ ...errand, meeting, refused: null })
      .execute();
};

/** `ProposalStore` over a database. */
export const proposalsOver = (db: Kysely<Tables>, write: Together['write']): ProposalStore => ({
  addProposal: ({ meeting, until }, body, signature, errands) =>
    write(async (within) => {
      const { numInsertedOrUpdatedRows } = await within
        .insertInto('proposals')
        .values({ meeting, body, until, withdrawer: null, reason: null })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await within
        .insertInto('sheet_signatures')
        .values({ meeting, ...signature })
        .execute();
      await insertErrands(within, meeting, errands);
      return true;
    }),
  addSheetSignature: (meeting, signature, errands) =>
    write(async (within) => {
      const { numInsertedOrUpdatedRows } = await within
        .insertInto('sheet_signatures')
        .values({ meeting, ...signature })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await insertErrands(within, meeting, errands);
      return true;
    }),
  withdrawProposal: (meeting, { root, reason }, errands) =>
    write(async (within) => {
      const { numUpdatedRows } = await within
        .updateTable('proposals')
        .set({ withdrawer: root, reason })
        .where('meeting', '=', meeting)
        .where('withdrawer', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('entries').select('seq').where('entries.meeting', '=', meeting))),
        )
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return false;
      await insertErrands(within, meeting, errands);
      return true;
    }),
  reinstateProposal: (meeting, root) =>
    write(async (within) => {
      await within
        .updateTable('proposals')
        .set({ withdrawer: null, reason: null })
        .where('meeting', '=', meeting)
        .where('withdrawer', '=', root)
        .execute();
    }),
  addErrands: (meeting, errands) => write((within) => insertErrands(within, meeting, errands)),
  proposals: async () => {
    const rows = await db.selectFrom('proposals').selectAll().execute();
    const signatures = await db.selectFrom('sheet_signatures').selectAll().execute();
    return rows.map(({ meeting, body, withdrawer, reason }) => ({
      meeting: own(meeting),
      body: own(body),
      signatures: signatures
        .filter((one) => Buffer.compare(one.meeting, meeting) === 0)
        .map(({ root, bytes }) => ({ root: own(root), bytes: own(bytes) })),
      withdrawn: withdrawer === null ? null : { root: own(withdrawer), reason: reason ?? '' },
    }));
  },
  forgetProposals: (before) =>
    write(async (within) => {
      const rows = await within
        .selectFrom('proposals')
        .select('meeting')
        .where('until', '<', before)
        .where('meeting', 'not in', (inner) => inner.selectFrom('meetings').select('meetings.meeting'))
        .execute();
      for (const { meeting } of rows)
        for (const table of ['errands', 'sheet_signatures', 'proposals'] as const)
          await within.deleteFrom(table).where('meeting', '=', meeting).execute();
    }),
  errands: async () => {
    const rows = await db.selectFrom('errands').selectAll().orderBy('id').execute();
    return rows.map(({ id, meeting, root, request, until, refused }) => ({
      id,
      meeting: own(meeting),
      root: own(root),
      request: own(request),
      until,
      refused,
    }));
  },
  settleErrand: (id, refused) =>
    write(async (within) => {
      if (refused === null) await within.deleteFrom('errands').where('id', '=', id).execute();
      else await within.updateTable('errands').set({ refused }).where('id', '=', id).execute();
    }),
});
