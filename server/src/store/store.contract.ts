import { randomBytes } from 'node:crypto';
import { type Bytes, equal } from '@parley/protocol/bytes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from './store.ts';

const some = (length = 32): Bytes => new Uint8Array(randomBytes(length));

/** Opens a store that lives somewhere; `again` opens the same one anew. */
export type Place = { readonly open: () => Promise<Store>; readonly remove: () => Promise<void> };

/** What every store must do, whatever it stands on. */
export const storeContract = (name: string, place: () => Place): void => {
  describe(`${name}: the contract of a store`, () => {
    let here: Place;
    let store: Store;
    const meeting = some(16);
    const entry = (seq: number) => ({ seq, head: some(), bytes: some(200) });
    const alone = { blobs: [], countersignatures: [] };

    beforeEach(async () => {
      here = place();
      store = await here.open();
      await store.addMeeting(meeting, some(300));
    });
    afterEach(async () => {
      await store.close();
      await here.remove();
    });
    const reopen = async () => {
      await store.close();
      store = await here.open();
    };

    test('keeps call sheets, and a second time changes nothing', async () => {
      const [first] = await store.meetings();
      await store.addMeeting(meeting, some(9));
      await reopen();
      expect(await store.meetings()).toEqual([first]);
    });

    test('keeps entries in their order, over a restart', async () => {
      const entries = [entry(1), entry(2), entry(3)];
      for (const one of entries) expect(await store.addEntry(meeting, one, alone)).toBe(true);
      await reopen();
      expect(await store.entriesAfter(meeting, 0, 64)).toEqual(entries);
      expect(await store.entriesAfter(meeting, 1, 1)).toEqual([entries[1]]);
      expect(await store.entriesAfter(some(16), 0, 64)).toEqual([]);
    });

    test('refuses a second entry at one place, with all that came beside it', async () => {
      const first = entry(1);
      const blob = { hash: some(), bytes: some(10) };
      await store.addEntry(meeting, first, alone);
      const countersignatures = [{ seq: 1, root: some(), bytes: some(80) }];
      expect(await store.addEntry(meeting, entry(1), { blobs: [blob], countersignatures })).toBe(false);
      expect(await store.countersignaturesAt(meeting, 1)).toEqual([]);
      expect(await store.entriesAfter(meeting, 0, 64)).toEqual([first]);
      expect(await store.blob(meeting, blob.hash)).toBeNull();
    });

    test('keeps entries only of meetings that it knows', async () => {
      await expect(store.addEntry(some(16), entry(1), alone)).rejects.toThrow();
    });

    test('keeps the first countersignature of a place, and finds the newest of each delegation', async () => {
      const [alba, borland, first, second, third] = [some(), some(), some(80), some(80), some(80)];
      const beside = { blobs: [], countersignatures: [{ seq: 1, root: alba!, bytes: first! }] };
      await store.addEntry(meeting, entry(1), beside);
      await store.addCountersignature(meeting, { seq: 1, root: alba!, bytes: some(80) });
      await store.addCountersignature(meeting, { seq: 2, root: alba!, bytes: second! });
      await store.addCountersignature(meeting, { seq: 1, root: borland!, bytes: third! });
      await reopen();
      const newest = await store.newestCountersignatures(meeting);
      expect(new Set(newest)).toEqual(new Set([second, third]));
      expect(new Set(await store.countersignaturesAt(meeting, 1))).toEqual(new Set([first, third]));
    });

    test('keeps proofs of two logs, of one meeting only', async () => {
      const proof = [some(80), some(80)] as const;
      await store.addEquivocation(meeting, proof);
      await store.addEquivocation(meeting, proof);
      await reopen();
      expect(await store.equivocations(meeting)).toEqual([proof]);
      expect(await store.equivocations(some(16))).toEqual([]);
    });

    test('keeps restrictions once, until they are dropped', async () => {
      const [hash, act] = [some(), some(90)];
      await store.addRestriction(meeting, hash, act);
      await store.addRestriction(meeting, hash, act);
      await reopen();
      expect(await store.restrictions(meeting)).toEqual([act]);
      await store.dropRestriction(meeting, hash);
      await reopen();
      expect(await store.restrictions(meeting)).toEqual([]);
    });

    test('keeps blobs by their hash, of one meeting only', async () => {
      const blob = { hash: some(), bytes: some(5_000) };
      await store.addBlobs(meeting, [blob, blob]);
      expect(await store.blob(meeting, blob.hash)).toEqual(blob.bytes);
      expect(await store.blob(some(16), blob.hash)).toBeNull();
    });

    test('[NODE4] gives a link to one device, once', async () => {
      const link = { secret: some(), meeting, seat: 'a', until: 1_000 };
      await store.addLink(link);
      expect(await store.redeem(some(), link, some(), 1)).toBe('unknown');
      expect(await store.redeem(link.secret, { meeting, seat: 'b' }, some(), 1)).toBe('unknown');
      expect(await store.redeem(link.secret, link, some(), 1_000)).toBe('expired');
      const tries = Array.from({ length: 5 }, () => store.redeem(link.secret, link, some(), 1));
      expect((await Promise.all(tries)).sort()).toEqual(['redeemed', 'used', 'used', 'used', 'used']);
      await reopen();
      expect(await store.redeem(link.secret, link, some(), 1)).toBe('used');
    });

    test('knows a device by its newest cookie, for its seat only', async () => {
      const device = {
        meeting,
        seat: 'a',
        key: some(),
        cookie: some(),
        certificate: some(100),
        mandate: some(100),
      };
      await store.putDevice(device);
      const renewed = { ...device, cookie: some(), mandate: some(100) };
      await store.putDevice(renewed);
      expect(await store.deviceByCookie(device.cookie, 'a')).toBeNull();
      expect(await store.deviceByCookie(renewed.cookie, 'b')).toBeNull();
      expect(await store.deviceByCookie(renewed.cookie, 'a')).toEqual(renewed);
    });

    test('[INTRO4] keeps introductions, and the first confirmation of each', async () => {
      const [root, other, first, newer] = [some(), some(), some(90), some(90)];
      await store.confirm(root!, { who: 'nobody', channel: 'none', at: 1 });
      await store.putIntroduction(root!, first!, 5);
      await store.putIntroduction(other!, some(90), 5);
      const confirmation = { who: 'M. Osei', channel: 'telephone', at: 7 };
      await store.confirm(root!, confirmation);
      await store.confirm(root!, { who: 'another', channel: 'letter', at: 8 });
      await store.putIntroduction(root!, newer!, 6);
      await reopen();
      const all = await store.counterparts();
      expect(all.find((one) => equal(one.root, root!))).toEqual({ root, introduction: newer, read: 6, confirmation });
      expect(all.find((one) => equal(one.root, other!))?.confirmation).toBeNull();
      expect(all).toHaveLength(2);
    });

    test('[SHEET7] [SHEET8] keeps proposals, signatures and errands together, each once', async () => {
      const [alba, borland, body, first] = [some(), some(), some(300), some(90)];
      const id = some(16);
      const errand = { root: borland!, request: some(40), until: 9 };
      expect(await store.addProposal({ meeting: id, until: 9 }, body!, { root: alba!, bytes: first! }, [errand])).toBe(
        true,
      );
      expect(
        await store.addProposal({ meeting: id, until: 9 }, some(300), { root: borland!, bytes: some(90) }, [errand]),
      ).toBe(false);
      const second = { root: borland!, bytes: some(90) };
      expect(await store.addSheetSignature(id, second, [{ ...errand, root: alba! }])).toBe(true);
      expect(await store.addSheetSignature(id, { ...second, bytes: some(90) }, [errand])).toBe(false);
      await expect(store.addSheetSignature(some(16), second, [])).rejects.toThrow();
      await reopen();
      const [kept, ...others] = await store.proposals();
      expect(others).toEqual([]);
      expect(kept).toMatchObject({ meeting: id, body, withdrawn: null });
      expect(new Set(kept?.signatures)).toEqual(new Set([{ root: alba!, bytes: first! }, second]));
      const [one, two] = await store.errands();
      expect(one).toMatchObject({ ...errand, meeting: id, refused: null });
      expect(two).toMatchObject({ root: alba, refused: null });
      await store.settleErrand(one?.id ?? 0, null);
      await store.settleErrand(two?.id ?? 0, 'sheet.over');
      await reopen();
      expect(await store.errands()).toEqual([{ ...two, refused: 'sheet.over' }]);
    });

    test('[SHEET9] keeps the first withdrawal', async () => {
      const [alba, borland, id] = [some(), some(), some(16)];
      expect(await store.withdrawProposal(id!, { root: alba!, reason: '' }, [])).toBe(false);
      await store.addProposal({ meeting: id!, until: 9 }, some(300), { root: alba!, bytes: some(90) }, []);
      const errand = { root: borland!, request: some(40), until: 9 };
      expect(await store.withdrawProposal(id!, { root: alba!, reason: 'snow' }, [errand])).toBe(true);
      expect(await store.withdrawProposal(id!, { root: borland!, reason: 'ice' }, [errand])).toBe(false);
      await reopen();
      expect(await store.proposals()).toMatchObject([{ withdrawn: { root: alba, reason: 'snow' } }]);
      expect(await store.errands()).toHaveLength(1);
    });

    test('[SHEET7] forgets proposals that were over long ago, unless they became meetings', async () => {
      const [early, late, held] = [some(16), some(16), meeting];
      const errand = { root: some(), request: some(40), until: 9 };
      for (const [id, until] of [
        [early, 10],
        [late, 20],
        [held, 10],
      ] as const)
        await store.addProposal({ meeting: id, until }, some(300), { root: some(), bytes: some(90) }, [errand]);
      await store.forgetProposals(20);
      await reopen();
      const kept = (await store.proposals()).map((one) => one.meeting);
      expect(new Set(kept)).toEqual(new Set([late, held]));
      expect(await store.errands()).toHaveLength(2);
    });

    test('notes since when a counterpart is away, until it is reached again', async () => {
      const [root, other] = [some(), some()];
      const lines = async () => {
        await reopen();
        return (await store.lines()).filter((one) => Buffer.compare(one.root, root) === 0);
      };
      await store.noteLine(other, 1, 'x');
      await store.noteLine(root, 10, null);
      expect(await lines()).toEqual([{ root, reached: 10, away: null }]);
      await store.noteLine(root, 20, 'peer.unreachable');
      await store.noteLine(root, 30, 'peer.refused');
      expect(await lines()).toEqual([{ root, reached: 10, away: { since: 20, why: 'peer.refused' } }]);
      await store.noteLine(root, 40, null);
      expect(await lines()).toEqual([{ root, reached: 40, away: null }]);
    });

    test('hears once that somebody else wrote, and never of its own writing', async () => {
      await store.putIntroduction(some(), some(), 1);
      expect(await store.changedElsewhere()).toBe(false);
      const beside = await here.open();
      await beside.putIntroduction(some(), some(), 1);
      await beside.close();
      expect([await store.changedElsewhere(), await store.changedElsewhere()]).toEqual([true, false]);
    });

    test('[PEER5] takes a nonce once for each root, until its time is over', async () => {
      const root = some();
      expect(await store.takeNonce(root, 'n', 100)).toBe(true);
      await reopen();
      expect(await store.takeNonce(root, 'n', 100)).toBe(false);
      expect(await store.takeNonce(some(), 'n', 100)).toBe(true);
      await store.forget(100);
      expect(await store.takeNonce(root, 'n', 200)).toBe(true);
    });
  });
};
