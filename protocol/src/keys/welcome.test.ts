import type { Node, RatchetTree } from 'ts-mls';
import { encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { Refusal } from '../bytes/index.ts';
import { openCircle } from './circle.ts';
import {
  baseKey,
  type Draft,
  draftCommit,
  type ExpectedWelcome,
  foundCircle,
  joinCircle,
  type OwnPackage,
} from './index.ts';
import { type Forgery, forgeWelcome } from './trial/forge.ts';
import { type Rogue, rogue } from './trial/raw.ts';
import { CLASSIC, granted, type Sitter, TABLE, Table, welcomeOf } from './trial/table.ts';

// Six sit, with paths and unmerged leaves in the tree; 1 commits, 7 is to come.
let table: Table;
let guest: Sitter;
let draft: Draft;
let expected: ExpectedWelcome;
let one: Rogue;
let tree: RatchetTree;

beforeAll(async () => {
  table = await Table.of(4, CLASSIC);
  await table.commit(4, [], []);
  await table.commit(1, [await table.newcomer(), await table.newcomer()], []);
  await table.commit(2, [], []);
  guest = await table.newcomer();
  draft = await table.draft(1, [guest], []);
  expected = welcomeOf(draft, table.circle(1), table.rosterAfter([guest], []));
  one = await rogue(table, 1);
  tree = openCircle(draft.pending.to).state.ratchetTree;
});

const codeOf = async (welcome: Uint8Array | null, said = expected, own: OwnPackage = guest.package) => {
  const joined = await joinCircle({ package: own, welcome: welcome ?? new Uint8Array(), expected: said });
  return joined instanceof Refusal ? joined.code : 'joined';
};

/** The forger also controls what the log says of the authenticator: nothing else may let the forgery pass. */
const forged = async (forgery: Forgery): Promise<string> => {
  const made = await forgeWelcome(one, draft.welcome ?? new Uint8Array(), tree, guest.package, forgery);
  return codeOf(made.welcome, { ...expected, authenticator: made.authenticator });
};

test('[KEYS13] a Welcome of another group, made with the real KeyPackage', async () => {
  const [first] = [...table.sitters.values()];
  if (!first) throw new Error('nobody sits');
  for (const other of [
    { ...TABLE, generation: 1 },
    { ...TABLE, circle: 'booth' },
    { ...TABLE, meeting: new Uint8Array(16) },
  ]) {
    const group = await foundCircle({ ...other, seated: first.seated, package: first.package });
    const roster = [first.seated, guest.seated];
    const lure = granted(await draftCommit(group, { upTo: 2, roster, packages: [guest.package.keyPackage] }));
    const said = { ...expected, roster, epoch: 1, authenticator: lure.authenticator };
    expect(await codeOf(lure.welcome, said)).toBe('welcome.group');
  }
});

test('[KEYS13] a Welcome of a look-alike: same group id, same people, same epoch', async () => {
  // The KeyPackages of all are public: whoever holds them can found a group that looks like the table.
  const sitters = [...table.sitters.values(), guest];
  const [first, ...others] = sitters;
  if (!first) throw new Error('nobody sits');
  let circle = await foundCircle({ ...TABLE, seated: first.seated, package: first.package });
  const roster = sitters.map(({ seated }) => seated);
  while (circle.epoch < expected.epoch - 1)
    circle = granted(await draftCommit(circle, { upTo: 1, roster: [first.seated], packages: [] })).pending.to;
  const packages = others.map((sitter) => sitter.package.keyPackage);
  const lure = granted(await draftCommit(circle, { upTo: 2, roster, packages }));
  expect(lure.pending.to.epoch).toBe(expected.epoch);
  expect(await codeOf(lure.welcome, { ...expected, roster })).toBe('welcome.authenticator');
});

test('[KEYS13] another epoch, another roster, another authenticator than the log names', async () => {
  expect(await codeOf(draft.welcome, { ...expected, epoch: expected.epoch + 1 })).toBe('welcome.epoch');
  expect(await codeOf(draft.welcome, { ...expected, authenticator: new Uint8Array(32) })).toBe('welcome.authenticator');
  const ghost = await table.newcomer();
  const without = expected.roster.filter(({ seating }) => seating !== 3);
  const replaced = [...without, ghost.seated];
  const renamed = expected.roster.map((seated) =>
    seated.seating === 3 ? { ...seated, device: ghost.seated.device } : seated,
  );
  for (const roster of [
    without,
    replaced,
    renamed,
    [...expected.roster, ghost.seated],
    [...expected.roster, guest.seated],
  ])
    expect(await codeOf(draft.welcome, { ...expected, roster })).toBe('welcome.roster');
  const notMe = expected.roster.filter(({ seating }) => seating !== guest.seated.seating);
  expect(await codeOf(draft.welcome, { ...expected, roster: notMe })).toBe('welcome.roster');
  const before = [...notMe, { ...guest.seated, keyPackage: ghost.seated.keyPackage }];
  expect(await codeOf(draft.welcome, { ...expected, roster: before })).toBe('welcome.roster');
});

test("[KEYS13] another's Welcome, and bytes that are none", async () => {
  const other = await table.newcomer();
  const roster = [...expected.roster, other.seated];
  expect(await codeOf(draft.welcome, { ...expected, roster }, other.package)).toBe('welcome.package');
  const welcome = draft.welcome ?? new Uint8Array();
  for (const broken of [draft.commit, welcome.slice(1), Uint8Array.of(...welcome, 0), new Uint8Array(3_000_000)])
    expect(await codeOf(broken)).toBe('welcome.malformed');
  for (let at = 4; at < welcome.length; at += 97) {
    const turned = welcome.slice();
    turned[at] = (turned[at] ?? 0) ^ 4;
    expect(await codeOf(turned)).not.toBe('joined');
  }
});

describe('[KEYS13] forged by the committer, signed and consistent', () => {
  test('unchanged, it is true', async () => {
    // Leaves the package unspent: what is joined by is a copy of it.
    const spare = await table.newcomer();
    const own = await table.draft(1, [spare], []);
    const said = welcomeOf(own, table.circle(1), table.rosterAfter([spare], []));
    const { ratchetTree } = openCircle(own.pending.to).state;
    const made = await forgeWelcome(one, own.welcome ?? new Uint8Array(), ratchetTree, spare.package, {});
    expect(made.authenticator).toEqual(own.authenticator);
    const joined = granted(await joinCircle({ package: spare.package, welcome: made.welcome, expected: said }));
    expect(await baseKey(joined)).toEqual(await baseKey(own.pending.to));
  });

  test('a pre-shared key', async () => {
    const psk = { psktype: 'external', pskId: new Uint8Array(4), pskNonce: new Uint8Array(32) } as const;
    expect(await forged({ secrets: { psks: [psk] } })).toBe('welcome.psk');
  });

  test('extensions of the group or of its description', async () => {
    const extra = { extensionType: 0xff00, extensionData: new Uint8Array(1) };
    const pub = { extensionType: 'external_pub', extensionData: new Uint8Array(32) } as const;
    expect(await forged({ extensions: (all) => [...all, pub] })).toBe('welcome.extension');
    expect(await forged({ extensions: () => [] })).toBe('welcome.extension');
    expect(await forged({ extensions: () => [extra] })).toBe('welcome.extension');
    expect(await forged({ context: { extensions: [extra] } })).toBe('welcome.extension');
  });

  test('a tree that cannot be read, or is written otherwise', async () => {
    const true_ = encodeRatchetTree(tree);
    // The length of the vector takes four bytes where two are enough.
    const longer = Uint8Array.of(0x80, 0, (true_[0] ?? 0) & 0x3f, ...true_.slice(1));
    expect((true_[0] ?? 0) >> 6).toBe(1);
    for (const treeBytes of [Uint8Array.of(...true_, 0), longer])
      expect(await forged({ treeBytes })).toBe('welcome.tree');
    for (const treeBytes of [new Uint8Array(0), Uint8Array.of(2, 0, 0), Uint8Array.of(1, 9), new Uint8Array(70_000)])
      expect(await forged({ treeBytes })).toBe('welcome.tree');
  });

  const leafOf = (all: RatchetTree, leaf: number): Extract<Node, { nodeType: 'leaf' }> => {
    const node = all[leaf * 2];
    if (node?.nodeType !== 'leaf') throw new Error(`leaf ${leaf} is blank`);
    return node;
  };
  const firstParent = (all: RatchetTree): Extract<Node, { nodeType: 'parent' }> => {
    const node = all.find((one) => one?.nodeType === 'parent');
    if (node?.nodeType !== 'parent') throw new Error('no parent');
    return node;
  };
  const altered = (change: (all: RatchetTree) => void) =>
    forged({
      tree: (all) => {
        change(all);
        return all;
      },
    });

  test("a leaf with a key of the forger's, under another's name", async () => {
    const key = await one.suite.hpke.exportPublicKey((await one.suite.hpke.generateKeyPair()).publicKey);
    const code = await altered((all) => {
      leafOf(all, 2).leaf.hpkePublicKey = key;
    });
    expect(code).toBe('welcome.crypto');
  });

  test('two leaves that have swapped their names', async () => {
    const code = await altered((all) => {
      const [a, b] = [leafOf(all, 2), leafOf(all, 3)];
      [a.leaf.credential, b.leaf.credential] = [b.leaf.credential, a.leaf.credential];
    });
    expect(code).toBe('welcome.roster');
  });

  test('one member in two leaves, in place of another', async () => {
    const code = await altered((all) => {
      const [a, b] = [leafOf(all, 2), leafOf(all, 3)];
      a.leaf.credential = b.leaf.credential;
      a.leaf.signaturePublicKey = b.leaf.signaturePublicKey;
    });
    expect(code).toBe('welcome.roster');
  });

  test('a leaf that says it can do more', async () => {
    const code = await altered((all) => {
      leafOf(all, 2).leaf.capabilities.proposals.push(0xff00);
    });
    expect(code).toBe('welcome.tree');
  });

  test('[KEYS16] unmerged leaves outside the tree, blank, or not below the node that lists them', async () => {
    for (const leaf of [64, 2 ** 31, 2 ** 32 - 1, 7, 5])
      expect(await altered((all) => firstParent(all).parent.unmergedLeaves.push(leaf)), `${leaf}`).toBe(
        'welcome.crypto',
      );
  });

  test('a node with a key of the forger, so that more can read what is sealed to it', async () => {
    const key = await one.suite.hpke.exportPublicKey((await one.suite.hpke.generateKeyPair()).publicKey);
    const code = await altered((all) => {
      firstParent(all).parent.hpkePublicKey = key;
    });
    expect(code).toBe('welcome.crypto');
  });

  test('no secret, or a wrong one, for the nodes above', async () => {
    expect(await forged({ secrets: { pathSecret: undefined } })).toBe('welcome.key');
    expect(await forged({ secrets: { pathSecret: new Uint8Array(32) } })).toBe('welcome.key');
  });

  test('a signer who is not there, or did not sign', async () => {
    for (const signer of [2, 6, 5000, 2 ** 32 - 1]) expect(await forged({ signer })).toBe('welcome.crypto');
  });
});
