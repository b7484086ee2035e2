import { type ClientState, decodeMlsMessage, emptyPskIndex, mlsExporter, processPublicMessage } from 'ts-mls';
import { encode as encodeTls } from 'ts-mls/codec/tlsEncoder.js';
import { decryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { deriveSecret } from 'ts-mls/crypto/kdf.js';
import { groupContextEncoder } from 'ts-mls/groupContext.js';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import { expect, test } from 'vitest';
import { toHex } from '../bytes/index.ts';
import { openCircle } from './circle.ts';
import { baseKey, type Draft } from './index.ts';
import { loadSuite, SUITE, type SuiteName } from './suite.ts';
import { CLASSIC, Table } from './trial/table.ts';

/** What somebody who was a member kept: everything it ever had, untouched by our forgetting. */
type Saved = { readonly state: ClientState; readonly init: Uint8Array };

const save = (table: Table, seating: number): Saved => {
  const { state } = openCircle(table.circle(seating));
  const { keySchedule, privatePath } = state;
  return {
    init: keySchedule.initSecret.slice(),
    state: {
      ...state,
      keySchedule: structuredClone(keySchedule),
      privatePath: structuredClone(privatePath),
      secretTree: structuredClone(state.secretTree),
    },
  };
};

/**
 * Every base key that the saved state can lead to, when it is handed a commit, its Welcome, and the group context
 * that results (which is no secret): by each private key it holds on each ciphertext of the path, and by the guesses
 * that a weak library would make true (no commit secret at all).
 */
const spoils = async (suite: SuiteName, { state, init }: Saved, draft: Draft): Promise<Set<string>> => {
  const library = await loadSuite(suite);
  const message = decodeMlsMessage(draft.commit, 0)?.[0];
  if (message?.wireformat !== 'mls_public_message' || message.publicMessage.content.contentType !== 'commit')
    throw new Error('no commit');
  const { groupContext } = openCircle(draft.pending.to).state;
  const zeros = new Uint8Array(library.kdf.size);
  const secrets: Uint8Array[] = [zeros];
  const info = encodeTls(groupContextEncoder)({
    ...groupContext,
    confirmedTranscriptHash: state.groupContext.confirmedTranscriptHash,
  });
  const nodes = message.publicMessage.content.commit.path?.nodes ?? [];
  for (const key of Object.values(state.privatePath.privateKeys))
    for (const { kemOutput, ciphertext } of nodes.flatMap((node) => node.encryptedPathSecret))
      try {
        const imported = await library.hpke.importPrivateKey(key);
        let secret = await decryptWithLabel(imported, 'UpdatePathNode', info, kemOutput, ciphertext, library.hpke);
        // How far the root is above depends on the tree: all heights are tried.
        for (let height = 0; height < 8; height += 1) {
          secret = await deriveSecret(secret, 'path', library.kdf);
          secrets.push(secret);
        }
      } catch {
        // Not for this key.
      }
  const keys = new Set<string>();
  for (const secret of secrets) {
    const { keySchedule } = await initializeEpoch(init, secret, groupContext, zeros, library.kdf);
    const { exporterSecret } = keySchedule;
    keys.add(toHex(await mlsExporter(exporterSecret, 'SFrame 1.0 Base Key', new Uint8Array(0), 32, library)));
  }
  try {
    const { newState } = await processPublicMessage(state, message.publicMessage, emptyPskIndex, library);
    const { exporterSecret } = newState.keySchedule;
    keys.add(toHex(await mlsExporter(exporterSecret, 'SFrame 1.0 Base Key', new Uint8Array(0), 32, library)));
  } catch {
    // The library cannot follow either.
  }
  return keys;
};

/** Tries a Welcome with every private key that was kept, as each of those to whom it is addressed. */
const openWelcome = async (
  suite: SuiteName,
  { state, init }: Saved,
  welcome: Uint8Array,
): Promise<'open' | 'closed'> => {
  const library = await loadSuite(suite);
  const message = decodeMlsMessage(welcome, 0)?.[0];
  if (message?.wireformat !== 'mls_welcome') throw new Error('no Welcome');
  const attempts: (() => Promise<unknown>)[] = [
    () => decryptGroupInfo(message.welcome, init, new Uint8Array(library.kdf.size), library),
  ];
  for (const key of Object.values(state.privatePath.privateKeys))
    for (const { newMember } of message.welcome.secrets)
      attempts.push(async () =>
        decryptGroupSecrets(await library.hpke.importPrivateKey(key), newMember, message.welcome, library.hpke),
      );
  const results = await Promise.allSettled(attempts.map((attempt) => attempt()));
  return results.some(({ status }) => status === 'fulfilled') ? 'open' : 'closed';
};

const theirs = async (draft: Draft) => toHex(await baseKey(draft.pending.to));

const cases: readonly (readonly [string, SuiteName, number])[] = [
  ['one is left alone', CLASSIC, 2],
  ['of three', CLASSIC, 3],
  ['of eight', CLASSIC, 8],
  ['of five, under X-Wing', SUITE, 5],
];

test.each(cases)('[KEYS18] removed, with saved state and all that follows: gets no key: %s', async (_, suite, size) => {
  const table = await Table.of(size, suite);
  for (const by of [size, 1]) await table.commit(by, [], []);
  const saved = save(table, size);
  const handOver = async (draft: Draft) => {
    expect(await spoils(suite, saved, draft), `epoch ${draft.pending.to.epoch}`).not.toContain(await theirs(draft));
    if (draft.welcome) await expect(openWelcome(suite, saved, draft.welcome)).resolves.toBe('closed');
  };
  await handOver(await table.commit(1, [], [size]));
  await handOver(await table.commit(1, [], []));
  const came = [await table.newcomer(), await table.newcomer()];
  await handOver(await table.commit(1, came, []));
  await handOver(await table.commit(came[0]?.seated.seating ?? 1, [], []));
  await handOver(await table.commit(1, [await table.newcomer()], [came[1]?.seated.seating ?? 1]));
  expect((await table.views()).size).toBe(1);
});

test('[KEYS18] the same attempts by one who stays do succeed: the test can see what it looks for', async () => {
  for (const [suite, size] of [
    [CLASSIC, 3],
    [SUITE, 4],
  ] as const) {
    const table = await Table.of(size, suite);
    await table.commit(2, [], []);
    const saved = save(table, 2);
    const draft = await table.draft(1, [], [3]);
    expect(await spoils(suite, saved, draft)).toContain(await theirs(draft));
  }
});

test('[KEYS18] a member who had learned a device’s keys loses them with its next commit', async () => {
  const table = await Table.of(4, CLASSIC);
  await table.commit(1, [], []);
  const stolen = save(table, 1);
  const first = await table.draft(1, [], []);
  expect(await spoils(CLASSIC, stolen, first)).not.toContain(await theirs(first));
});
