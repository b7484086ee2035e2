import {
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  decodeMlsMessage,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  joinGroupExternal,
  type Node,
  type Proposal,
  proposeAddExternal,
} from 'ts-mls';
import { beforeAll, describe, expect, test } from 'vitest';
import { hash, Refusal } from '../bytes/index.ts';
import { groupId, openCircle } from './circle.ts';
import { type ExpectedCommit, receiveCommit } from './index.ts';
import { openPackage, packageBytes, parsePackage } from './package.ts';
import { CONFIG, deviceSuite, NO_KEY } from './suite.ts';
import { type Rogue, rogue, rogueCommit } from './trial/raw.ts';
import { CLASSIC, entryOf, granted, makeSigner, type Sitter, Table } from './trial/table.ts';

// Four sit: 1 is the rogue, 2 the receiver. Nothing here changes the table: what is received is thrown away.
let table: Table;
let one: Rogue;
let guest: Sitter;

beforeAll(async () => {
  table = await Table.of(4, CLASSIC);
  await table.commit(2, [], []);
  await table.commit(1, [], []);
  one = await rogue(table, 1);
  guest = await table.newcomer();
});

const receive = async (bytes: Uint8Array, expected: ExpectedCommit, by = 2): Promise<string> => {
  const result = await receiveCommit(table.circle(by), bytes, expected);
  return result instanceof Refusal ? result.code : 'accepted';
};

const add = async (sitter: Sitter): Promise<Proposal> => {
  const read = await parsePackage(sitter.package.keyPackage, CLASSIC);
  return { proposalType: 'add', add: { keyPackage: granted(read).parsed } };
};
const remove = (leaf: number): Proposal => ({ proposalType: 'remove', remove: { removed: leaf } });

test('the bare library, used as the rules ask, is accepted: what follows is refused for what it does', async () => {
  const { bytes, expected } = await rogueCommit(one, table);
  expect(await receive(bytes, expected)).toBe('accepted');
  const roster = table.rosterAfter([guest], []);
  const adds = await rogueCommit(one, table, { extraProposals: [await add(guest)] }, {}, { upTo: 9, roster });
  expect(await receive(adds.bytes, adds.expected)).toBe('accepted');
});

describe('[KEYS7] framing', () => {
  test('a PrivateMessage', async () => {
    const { bytes, expected } = await rogueCommit(one, table, { wireAsPublicMessage: false });
    expect(await receive(bytes, expected)).toBe('commit.malformed');
  });

  test('trailing, missing, no, and too many bytes', async () => {
    const { bytes, expected } = await rogueCommit(one, table);
    for (const broken of [Uint8Array.of(...bytes, 0), bytes.slice(0, -1), new Uint8Array(0), new Uint8Array(2_000_000)])
      expect(await receive(broken, expected)).toBe('commit.malformed');
  });

  test('a length that is not written in the fewest bytes', async () => {
    const { bytes, expected } = await rogueCommit(one, table);
    // version (2), wire format (2), then the group id, whose 32 bytes need a length of one byte.
    const longer = Uint8Array.of(...bytes.slice(0, 4), 0x40, 32, ...bytes.slice(5));
    expect(bytes[4]).toBe(32);
    expect(decodeMlsMessage(longer, 0)?.[1]).toBe(longer.length);
    expect(await receive(longer, expected)).toBe('commit.malformed');
  });

  test('a bit turned anywhere', async () => {
    const { bytes, expected } = await rogueCommit(one, table);
    for (let at = 0; at < bytes.length; at += 7) {
      const turned = bytes.slice();
      turned[at] = (turned[at] ?? 0) ^ 0x10;
      expect(await receive(turned, expected)).not.toBe('accepted');
    }
  });

  test("another's authenticated data: upTo, roster, circle, generation", async () => {
    const { bytes, expected } = await rogueCommit(one, table);
    expect(await receive(bytes, { ...expected, upTo: expected.upTo + 1 })).toBe('commit.context');
    const roster = table.rosterAfter([guest], []);
    expect(await receive(bytes, { ...expected, roster })).toBe('commit.context');
    const bare = await rogueCommit(one, table, { authenticatedData: new Uint8Array() });
    expect(await receive(bare.bytes, bare.expected)).toBe('commit.context');
    const circle = { ...one, circle: { ...one.circle, generation: 1 } };
    const later = await rogueCommit(circle, table);
    expect(await receive(later.bytes, later.expected)).toBe('commit.context');
  });

  test('a proposal on its own', async () => {
    const made = await createProposal(one.state, true, remove(3), one.suite);
    const { expected } = await rogueCommit(one, table);
    expect(await receive(encodeMlsMessage(made.message), expected)).toBe('commit.sender');
  });

  test('a commit and a proposal from outside', async () => {
    const { expected } = await rogueCommit(one, table);
    const own = openPackage(guest.package);
    const info = await createGroupInfoWithExternalPubAndRatchetTree(one.state, [], one.suite);
    const suite = await deviceSuite(CLASSIC, guest.signer);
    const joined = await joinGroupExternal(info, own.public, own.private, false, suite, undefined, CONFIG);
    const external = encodeMlsMessage({
      version: 'mls10',
      wireformat: 'mls_public_message',
      publicMessage: joined.publicMessage,
    });
    expect(await receive(external, expected)).toBe('commit.sender');
    const proposal = await proposeAddExternal(info, own.public, own.private, suite);
    expect(await receive(encodeMlsMessage(proposal), expected)).toBe('commit.sender');
  });

  test('of another group, and of another epoch', async () => {
    const other = { ...one.state.groupContext, groupId: groupId({ ...one.circle, generation: 1 }) };
    const foreign = await rogueCommit(one, table, {}, { groupContext: other });
    expect(await receive(foreign.bytes, foreign.expected)).toBe('commit.group');
    for (const epoch of [one.state.groupContext.epoch - 1n, one.state.groupContext.epoch + 1n]) {
      const groupContext = { ...one.state.groupContext, epoch };
      const moved = await rogueCommit(one, table, {}, { groupContext });
      expect(await receive(moved.bytes, moved.expected)).toBe('commit.epoch');
    }
  });
});

describe('[KEYS8] proposals', () => {
  test('by reference', async () => {
    const made = await createProposal(one.state, true, remove(3), one.suite);
    const roster = table.rosterAfter([], [4]);
    const { bytes, expected } = await rogueCommit(one, table, {}, made.newState, { upTo: 9, roster });
    expect(await receive(bytes, expected)).toBe('commit.reference');
  });

  test('of every kind but add and remove', async () => {
    const kinds: Proposal[] = [
      { proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } },
      {
        proposalType: 'reinit',
        reinit: { groupId: new Uint8Array(32), version: 'mls10', cipherSuite: CLASSIC, extensions: [] },
      },
      {
        proposalType: 'psk',
        psk: { preSharedKeyId: { psktype: 'external', pskId: new Uint8Array(4), pskNonce: new Uint8Array(32) } },
      },
      { proposalType: 0xff00, proposalData: new Uint8Array(3) },
    ];
    for (const proposal of kinds) {
      const { bytes, expected } = await rogueCommit(one, table, { extraProposals: [proposal] });
      expect(await receive(bytes, expected)).toBe('commit.proposal');
    }
  });

  test('other adds and removes than the roster asks for', async () => {
    const uninvited = await table.newcomer();
    const again = await table.newcomer(guest);
    const after = (adds: Sitter[], removes: number[]) => ({ upTo: 9, roster: table.rosterAfter(adds, removes) });
    const cases: [Proposal[], ReturnType<typeof after>][] = [
      [[await add(uninvited)], after([], [])],
      [[], after([guest], [])],
      [[await add(uninvited)], after([guest], [])],
      [[await add(again)], after([guest], [])],
      [[await add(guest), await add(uninvited)], after([guest], [])],
      [[remove(3)], after([], [])],
      [[remove(3)], after([], [3])],
      [[], after([], [4])],
      [[remove(2), remove(3)], after([], [4])],
    ];
    for (const [extraProposals, enacted] of cases) {
      const { bytes, expected } = await rogueCommit(one, table, { extraProposals }, {}, enacted);
      expect(await receive(bytes, expected)).toBe('commit.roster');
    }
  });

  test('an add or a removal that stands twice', async () => {
    const enacted = { upTo: 9, roster: table.rosterAfter([guest], [4]) };
    const options = { extraProposals: [await add(guest), remove(3)] };
    const { bytes, expected } = await rogueCommit(one, table, options, {}, enacted);
    for (const twice of [0, 1]) {
      const message = decodeMlsMessage(bytes, 0)?.[0];
      if (message?.wireformat !== 'mls_public_message' || message.publicMessage.content.contentType !== 'commit')
        throw new Error('no commit');
      const { proposals } = message.publicMessage.content.commit;
      proposals.push(...proposals.slice(twice, twice + 1));
      expect(await receive(encodeMlsMessage(message), expected)).toBe('commit.roster');
    }
  });

  test('a roster that no circle can hold', async () => {
    const { bytes, expected } = await rogueCommit(one, table);
    const [first, second] = table.roster;
    if (!first || !second) throw new Error('nobody sits');
    const twins = [
      [first, first],
      [first, { ...second, mandate: first.mandate }],
      [first, { ...second, device: first.device }],
      [],
    ];
    for (const roster of twins) expect(await receive(bytes, { ...expected, roster })).toBe('commit.roster');
  });

  test('a KeyPackage that is not one of ours, though the log names it', async () => {
    const suite = await deviceSuite(CLASSIC, guest.signer);
    const own = openPackage(guest.package);
    const { publicPackage } = await generateKeyPackageWithKey(
      own.public.leafNode.credential,
      { ...own.public.leafNode.capabilities, proposals: [0xff00] },
      { notBefore: 0n, notAfter: 9_999_999_999n },
      [],
      { signKey: NO_KEY, publicKey: guest.signer.publicKey },
      suite,
    );
    const seated = { ...guest.seated, keyPackage: hash('key-package', packageBytes(publicPackage)) };
    const proposal: Proposal = { proposalType: 'add', add: { keyPackage: publicPackage } };
    const enacted = { upTo: 9, roster: [...table.roster, seated] };
    const { bytes, expected } = await rogueCommit(one, table, { extraProposals: [proposal] }, {}, enacted);
    expect(await receive(bytes, expected)).toBe('package.leaf');
  });

  test('[KEYS11] a KeyPackage that is another one than its seating names', async () => {
    const seated = { ...guest.seated, device: (await makeSigner()).publicKey };
    const enacted = { upTo: 9, roster: [...table.roster, seated] };
    const { bytes, expected } = await rogueCommit(one, table, { extraProposals: [await add(guest)] }, {}, enacted);
    expect(await receive(bytes, expected)).toBe('commit.roster');
  });
});

describe('[KEYS9] path', () => {
  test('none', async () => {
    const roster = table.rosterAfter([guest], []);
    const options = { extraProposals: [await add(guest)], forcePath: false };
    const { bytes, expected } = await rogueCommit(one, table, options, {}, { upTo: 9, roster });
    expect(await receive(bytes, expected)).toBe('commit.path');
  });

  /** The rogue's own leaf, changed in its own tree: the path's leaf is made from it. */
  const withLeaf = (change: (leaf: Extract<Node, { nodeType: 'leaf' }>['leaf']) => void): Partial<Rogue['state']> => {
    const ratchetTree = one.state.ratchetTree.map((node) => (node ? structuredClone(node) : node));
    const own = ratchetTree[one.state.privatePath.leafIndex * 2];
    if (own?.nodeType !== 'leaf') throw new Error('no leaf of its own');
    change(own.leaf);
    return { ratchetTree };
  };

  test("a leaf that takes a new mandate, or another member's", async () => {
    for (const identity of [new Uint8Array(32), table.sitter(3).seated.mandate]) {
      const changed = withLeaf((leaf) => {
        leaf.credential = { credentialType: 'basic', identity };
      });
      const { bytes, expected } = await rogueCommit(one, table, {}, changed);
      expect(await receive(bytes, expected)).toBe('commit.renamed');
    }
  });

  test('a leaf that takes another device key, which it has', async () => {
    const stranger = await makeSigner();
    const changed = withLeaf((leaf) => {
      leaf.signaturePublicKey = stranger.publicKey;
    });
    const sign: Rogue['suite']['signature']['sign'] = (key, message) =>
      new TextDecoder().decode(message.slice(0, 24)).includes('LeafNodeTBS')
        ? stranger.sign(new Uint8Array(message))
        : one.suite.signature.sign(key, message);
    const suite = { ...one.suite, signature: { ...one.suite.signature, sign } };
    const { bytes, expected } = await rogueCommit({ ...one, suite }, table, {}, changed);
    expect(await receive(bytes, expected)).toBe('commit.renamed');
  });

  test('a leaf with other capabilities, extensions or kind of credential', async () => {
    const changes = [
      withLeaf((leaf) => {
        leaf.capabilities = { ...leaf.capabilities, extensions: [0xff00] };
      }),
      withLeaf((leaf) => {
        leaf.capabilities = { ...leaf.capabilities, extensions: [0xff00] };
        leaf.extensions = [{ extensionType: 0xff00, extensionData: new Uint8Array(1) }];
      }),
      withLeaf((leaf) => {
        leaf.credential = { credentialType: 'x509', certificates: [new Uint8Array(32)] };
      }),
    ];
    for (const changed of changes) {
      const { bytes, expected } = await rogueCommit(one, table, {}, changed);
      expect(await receive(bytes, expected)).toBe('commit.renamed');
    }
  });

  test('[KEYS11] keys of nodes that do not come from the secret, stand twice, or cannot be used', async () => {
    const { hpke } = one.suite;
    const foreign = await hpke.exportPublicKey((await hpke.generateKeyPair()).publicKey);
    const present = openCircle(table.circle(3)).state.ratchetTree[6];
    if (present?.nodeType !== 'leaf') throw new Error('leaf 3 is blank');
    for (const wrong of [foreign, present.leaf.hpkePublicKey, new Uint8Array(32), new Uint8Array(31)])
      for (const victim of [0, 1, 2]) {
        let exported = -1;
        const exportPublicKey: typeof hpke.exportPublicKey = async (key) => {
          exported += 1;
          return exported === victim ? wrong : hpke.exportPublicKey(key);
        };
        const suite = { ...one.suite, hpke: { ...hpke, exportPublicKey } };
        const { bytes, expected } = await rogueCommit({ ...one, suite }, table);
        // The library makes the key of node 1, then the root's, then the leaf's. A working key that a receiver does
        // not derive may be any: only its maker is hurt.
        for (const by of [2, 3]) {
          const harmless = wrong === foreign && (victim === 2 || (by === 3 && victim === 0));
          const what = `${wrong.length} bytes at ${victim}, seen by ${by}`;
          expect(await receive(bytes, expected, by), what).toBe(harmless ? 'accepted' : 'commit.key');
        }
      }
  });
});

describe('[KEYS10] committer', () => {
  test('another than the entry names; one that is not there; one that this very commit removes', async () => {
    const { bytes, expected } = await rogueCommit(one, table);
    const { mandate } = table.sitter(3).seated;
    expect(await receive(bytes, { ...expected, committer: mandate })).toBe('commit.committer');
    for (const leafIndex of [5, 2 ** 31, 2 ** 32 - 1]) {
      const changed = { privatePath: { ...one.state.privatePath, leafIndex: 0 } };
      const made = await rogueCommit(one, table, {}, changed);
      const read = decodeMlsMessage(made.bytes, 0)?.[0];
      if (read?.wireformat !== 'mls_public_message' || read.publicMessage.content.sender.senderType !== 'member')
        throw new Error('no commit of a member');
      read.publicMessage.content.sender.leafIndex = leafIndex;
      expect(await receive(encodeMlsMessage(read), made.expected)).toBe('commit.committer');
    }
    const roster = table.rosterAfter([], [1]);
    const gone = await rogueCommit(one, table, {}, {}, { upTo: 9, roster });
    const message = decodeMlsMessage(gone.bytes, 0)?.[0];
    if (message?.wireformat !== 'mls_public_message' || message.publicMessage.content.contentType !== 'commit')
      throw new Error('no commit');
    message.publicMessage.content.commit.proposals = [{ proposalOrRefType: 'proposal', proposal: remove(0) }];
    expect(await receive(encodeMlsMessage(message), gone.expected)).toBe('commit.committer');
  });

  test("a member's name with another's signature", async () => {
    const stranger = await makeSigner();
    const sign: Rogue['suite']['signature']['sign'] = (_key, message) => stranger.sign(new Uint8Array(message));
    const suite = { ...one.suite, signature: { ...one.suite.signature, sign } };
    const { bytes, expected } = await rogueCommit({ ...one, suite }, table);
    expect(await receive(bytes, expected)).toBe('commit.crypto');
  });
});

describe('[KEYS11] what results', () => {
  test('another epoch authenticator than the entry names', async () => {
    const { bytes, expected } = await rogueCommit(one, table);
    expect(await receive(bytes, { ...expected, authenticator: new Uint8Array(32) })).toBe('commit.authenticator');
  });

  test('a removal of oneself is reported as that', async () => {
    const draft = await table.draft(1, [], [2]);
    const expected = entryOf(draft, table.sitter(1).seated, table.upTo + 1, table.rosterAfter([], [2]));
    expect(await receive(draft.commit, expected)).toBe('commit.removed');
  });

  test('a refusal leaves the circle as it was', async () => {
    const before = table.circle(2);
    const { bytes, expected } = await rogueCommit(one, table);
    await receive(bytes, { ...expected, authenticator: new Uint8Array(32) });
    expect(table.circle(2)).toBe(before);
    expect(await receive(bytes, expected)).toBe('accepted');
  });
});
