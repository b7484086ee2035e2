import { type ClientState, type CreateCommitOptions, createCommit, encodeMlsMessage } from 'ts-mls';
import type { Bytes } from '../../bytes/index.ts';
import { authenticatorOf, type Circle, openCircle, suiteOf } from '../circle.ts';
import { commitContext, type Enacted, type ExpectedCommit } from '../commit.ts';
import type { Table } from './table.ts';

type Suite = Awaited<ReturnType<typeof suiteOf>>;

/** A member that commits with the bare library, as it likes. */
export type Rogue = {
  readonly seating: number;
  readonly circle: Circle;
  readonly state: ClientState;
  readonly suite: Suite;
};

export const rogue = async (table: Table, seating: number): Promise<Rogue> => {
  const circle = table.circle(seating);
  const inner = openCircle(circle);
  return { seating, circle, state: inner.state, suite: await suiteOf(inner) };
};

/** What a rogue brings about: the bytes, its own next state, and an entry that speaks the truth about them. */
export type RogueCommit = {
  readonly bytes: Bytes;
  readonly welcome: Bytes | null;
  readonly state: ClientState;
  readonly expected: ExpectedCommit;
};

/** Commits whatever the options say; what they leave out is done as the rules ask. */
export const rogueCommit = async (
  by: Rogue,
  table: Table,
  options: CreateCommitOptions = {},
  changed: Partial<ClientState> = {},
  enacted: Enacted = { upTo: table.upTo + 1, roster: table.roster },
): Promise<RogueCommit> => {
  const made = await createCommit(
    { state: { ...by.state, ...changed }, cipherSuite: by.suite, pskIndex: { findPsk: () => new Uint8Array(32) } },
    {
      wireAsPublicMessage: true,
      ratchetTreeExtension: true,
      forcePath: true,
      authenticatedData: commitContext(by.circle, enacted),
      ...options,
    },
  );
  return {
    bytes: new Uint8Array(encodeMlsMessage(made.commit)),
    welcome: made.welcome
      ? new Uint8Array(encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome: made.welcome }))
      : null,
    state: made.newState,
    expected: {
      ...enacted,
      committer: table.sitter(by.seating).seated.mandate,
      authenticator: authenticatorOf(made.newState),
    },
  };
};
