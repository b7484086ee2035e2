import { decodeMlsMessage } from 'ts-mls';
import { describe, expect, test, vi } from 'vitest';
import { encode, hash, Refusal } from '../bytes/index.ts';
import { openCircle } from './circle.ts';
import {
  applyPending,
  baseKey,
  draftCommit,
  dropPending,
  forgetCircle,
  foundCircle,
  groupId,
  joinCircle,
  receiveCommit,
  rosterHash,
  SUITE,
} from './index.ts';
import { CLASSIC, entryOf, granted, MEETING, NOW, sit, TABLE, Table, welcomeOf } from './trial/table.ts';

describe('[KEYS5] founding', () => {
  test('[KEYS1] holds its founder alone, in epoch 0, under X-Wing, in a group named by meeting, circle and generation', async () => {
    const one = await sit(11, SUITE);
    const circle = await foundCircle({ ...TABLE, seated: one.seated, package: one.package });
    expect(circle).toMatchObject({ meeting: MEETING, circle: 'table', generation: 0, epoch: 0, ownLeaf: 0 });
    expect(circle.leaves).toEqual([{ leaf: 0, ...one.seated }]);
    expect(openCircle(circle).state.groupContext.cipherSuite).toBe('MLS_256_XWING_AES256GCM_SHA512_Ed25519');
    expect(openCircle(circle).state.groupContext.groupId).toEqual(
      hash('circle', encode({ meeting: MEETING, circle: 'table', generation: 0 })),
    );
  });

  test('two foundings share neither authenticator nor key, and the next generation is another group', async () => {
    const one = await sit(1, CLASSIC);
    const wish = { ...TABLE, seated: one.seated, package: one.package };
    const [a, b] = [await foundCircle(wish), await foundCircle(wish)];
    expect(a.authenticator).not.toEqual(b.authenticator);
    expect(await baseKey(a)).not.toEqual(await baseKey(b));
    expect(groupId({ ...TABLE, generation: 1 })).not.toEqual(groupId(TABLE));
  });

  test('with the KeyPackage of another seating is a bug', async () => {
    const [one, two] = [await sit(1, CLASSIC), await sit(2, CLASSIC)];
    await expect(foundCircle({ ...TABLE, seated: one.seated, package: two.package })).rejects.toThrow();
  });
});

describe('[KEYS6] roster', () => {
  test('its hash is that of its entries by rising seating, whatever their order', async () => {
    const [one, two] = [(await sit(3, CLASSIC)).seated, (await sit(20, CLASSIC)).seated];
    const entry = ({ seating, mandate, keyPackage }: typeof one) => ({ seating, mandate, keyPackage });
    expect(rosterHash([two, one])).toEqual(hash('roster', encode([entry(one), entry(two)])));
    expect(rosterHash([one])).not.toEqual(rosterHash([one, two]));
  });
});

describe('[KEYS12] what is ordered counts', () => {
  test('a draft changes nothing until it is applied; the log takes another, and it is dropped', async () => {
    const table = await Table.of(3, CLASSIC);
    const [mine, theirs] = [await table.draft(1, [], [3]), await table.draft(2, [], [])];
    const before = table.circle(1);
    expect(before.epoch).toBe(1);
    const expected = entryOf(theirs, table.sitter(2).seated, table.upTo + 1, table.roster);
    const followed = granted(await receiveCommit(before, theirs.commit, expected));
    dropPending(mine.pending);
    const led = applyPending(theirs.pending);
    expect(await baseKey(followed)).toEqual(await baseKey(led));
    expect(followed.authenticator).toEqual(theirs.authenticator);
    expect([followed.epoch, followed.leaves]).toEqual([2, led.leaves]);
  });

  test('a commit follows once only', async () => {
    const table = await Table.of(2, CLASSIC);
    const draft = await table.draft(1, [], []);
    const expected = entryOf(draft, table.sitter(1).seated, table.upTo + 1, table.roster);
    const next = granted(await receiveCommit(table.circle(2), draft.commit, expected));
    expect(await receiveCommit(next, draft.commit, expected)).toMatchObject({ code: 'commit.epoch' });
  });
});

describe('[KEYS9] a path', () => {
  test.each([
    ['only adds', true, false],
    ['only removes', false, true],
    ['does both', true, true],
    ['does nothing', false, false],
  ])('stands in a commit that %s', async (_what, adds, removes) => {
    const table = await Table.of(3, CLASSIC);
    const came = adds ? [await table.newcomer()] : [];
    const went = removes ? [3] : [];
    const { commit } = await table.draft(2, came, went);
    const message = decodeMlsMessage(commit, 0)?.[0];
    if (message?.wireformat !== 'mls_public_message' || message.publicMessage.content.contentType !== 'commit')
      throw new Error('no commit');
    const { authenticatedData, commit: content } = message.publicMessage.content;
    expect(content.path?.nodes.length).toBeGreaterThan(0);
    const roster = table.rosterAfter(came, went);
    expect(authenticatedData).toEqual(
      encode({ v: 1, circle: 'table', generation: 0, upTo: table.upTo + 1, roster: rosterHash(roster) }),
    );
  });
});

describe('members', () => {
  test('[KEYS8] a device that sits anew, or was stuck, leaves its old leaf and takes a new one in one commit', async () => {
    const table = await Table.of(4, SUITE);
    const old = table.sitter(3);
    const again = await table.newcomer(old);
    await table.commit(1, [again], [3]);
    expect((await table.views()).size).toBe(1);
    expect(
      table
        .circle(2)
        .leaves.map(({ seating }) => seating)
        .sort(),
    ).toEqual([1, 2, 4, 5]);
    await table.commit(5, [], []);
    expect((await table.views()).size).toBe(1);
  });

  test('[KEYS4] every signature is asked of the device key, which cannot be read', async () => {
    const one = await sit(1, CLASSIC);
    const sign = vi.fn(one.signer.sign);
    const signer = { publicKey: one.signer.publicKey, sign };
    const again = await sit(2, CLASSIC, { signer, mandate: one.seated.mandate });
    expect(sign).toHaveBeenCalledTimes(2);
    const circle = await foundCircle({ ...TABLE, seated: again.seated, package: again.package });
    const guest = await sit(3, CLASSIC);
    granted(
      await draftCommit(circle, {
        upTo: 4,
        roster: [again.seated, guest.seated],
        packages: [guest.package.keyPackage],
      }),
    );
    expect(sign.mock.calls.length).toBeGreaterThan(4);
  });

  test('[KEYS3] no clock is read: the packages of these tests are of 2031', async () => {
    expect(NOW).toBeGreaterThan(Date.now());
    const now = vi.spyOn(Date, 'now');
    const table = await Table.of(3, CLASSIC);
    expect(table.circles.size).toBe(3);
    expect(now).not.toHaveBeenCalled();
    now.mockRestore();
  });

  test('[KEYS6] a draft is refused for a roster without its maker, with twins, or without a package', async () => {
    const table = await Table.of(2, CLASSIC);
    const guest = await table.newcomer();
    const other = await table.newcomer();
    const circle = table.circle(1);
    const draft = async (roster: typeof table.roster, packages = [guest.package.keyPackage]) => {
      const made = await draftCommit(circle, { upTo: 5, roster, packages });
      return made instanceof Refusal ? made.code : 'drafted';
    };
    expect(await draft(table.rosterAfter([guest], []))).toBe('drafted');
    expect(await draft(table.rosterAfter([guest], [1]))).toBe('draft.roster');
    expect(await draft([...table.roster, ...table.roster])).toBe('draft.roster');
    expect(await draft(table.rosterAfter([guest], []), [])).toBe('draft.package');
    expect(await draft(table.rosterAfter([guest], []), [other.package.keyPackage])).toBe('draft.package');
    expect(await draft(table.rosterAfter([guest], []), [new Uint8Array(3)])).toBe('package.malformed');
    expect(await draft([...table.roster, { ...guest.seated, mandate: other.seated.mandate }])).toBe('draft.package');
  });
});

describe('[KEYS15] base key', () => {
  test('is 32 bytes, one for all, another in each epoch', async () => {
    const table = await Table.of(3, CLASSIC);
    const first = await baseKey(table.circle(1));
    expect(first).toHaveLength(32);
    expect(await baseKey(table.circle(3))).toEqual(first);
    await table.commit(2, [], []);
    expect(await baseKey(table.circle(1))).not.toEqual(first);
  });
});

describe('[KEYS17] forgetting', () => {
  test('overwrites the secrets of the epoch, spares those of the next, and ends the circle', async () => {
    const table = await Table.of(5, CLASSIC);
    const old = table.circle(4);
    const { keySchedule, secretTree, privatePath } = openCircle(old).state;
    const draft = await table.draft(1, [], []);
    const expected = entryOf(draft, table.sitter(1).seated, table.upTo + 1, table.roster);
    const next = granted(await receiveCommit(old, draft.commit, expected));
    const kept = Object.values(openCircle(next).state.privatePath.privateKeys).map((key) => key.slice());
    forgetCircle(old, next);
    const zero = (secret: Uint8Array) => secret.every((byte) => byte === 0);
    expect(Object.values(keySchedule).every(zero)).toBe(true);
    expect(secretTree.every((node) => zero(node.application.secret) && zero(node.handshake.secret))).toBe(true);
    expect(Object.values(privatePath.privateKeys).some(zero)).toBe(true);
    expect(Object.values(openCircle(next).state.privatePath.privateKeys)).toEqual(kept);
    await expect(baseKey(old)).rejects.toThrow('forgotten');
    expect(await baseKey(next)).toHaveLength(32);
  });

  test('keeps nothing of earlier epochs for late messages, and no keys of nodes that are blank', async () => {
    const table = await Table.of(6, CLASSIC);
    await table.commit(3, [], []);
    await table.commit(1, [], [4]);
    const { state } = openCircle(table.circle(3));
    expect(state.historicalReceiverData.size).toBe(0);
    const nodes = Object.keys(state.privatePath.privateKeys).map(Number);
    expect(nodes.every((node) => state.ratchetTree[node] !== undefined)).toBe(true);
  });

  test('a package is spent by joining', async () => {
    const table = await Table.of(2, CLASSIC);
    const guest = await table.newcomer();
    const draft = await table.draft(1, [guest], []);
    const roster = table.rosterAfter([guest], []);
    const expected = welcomeOf(draft, table.circle(1), roster);
    const welcome = draft.welcome ?? new Uint8Array();
    granted(await joinCircle({ package: guest.package, welcome, expected }));
    await expect(joinCircle({ package: guest.package, welcome, expected })).rejects.toThrow('spent');
  });

  test('secrets stand in no copy, text or listing of a circle or package', async () => {
    const one = await sit(1, CLASSIC);
    const circle = await foundCircle({ ...TABLE, seated: one.seated, package: one.package });
    expect(Object.keys(structuredClone(circle)).sort()).toEqual([
      'authenticator',
      'circle',
      'epoch',
      'generation',
      'leaves',
      'meeting',
      'ownLeaf',
    ]);
    expect(Object.keys(one.package).sort()).toEqual(['device', 'hash', 'keyPackage', 'mandate']);
  });
});
