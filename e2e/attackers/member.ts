import { type Bytes, hash, Refusal } from '@parley/protocol/bytes';
import { type Circle, draftCommit, foundCircle, preparePackage, type Seated } from '@parley/protocol/keys';
import { type Action, follow, type Head, type Ledger, openLedger } from '@parley/protocol/log';
import { testKey } from '@parley/protocol/testing';
import { type Device, openDevice } from './device.ts';
import type { Talk } from './talk.ts';

/** A member without a browser: it sits, founds the table's group with real keys, and commits what it likes. */
export type Member = {
  readonly device: Device;
  readonly seating: number;
  /** Its own copy of the log, as its node told it. */
  readonly ledger: () => Promise<Ledger>;
  /** Resolves to somebody's seating once its admission is settled. */
  readonly sat: (seat: string) => Promise<Seated>;
  /** Drafts the commit that lets a newcomer in, in a group named by `circle`, and hands it in as the table's. */
  readonly letIn: (newcomer: Seated, circle: string) => Promise<void>;
  readonly close: () => void;
};

/** Sits in a seat by a one-time link and founds the table. */
export const openMember = async (talk: Talk, link: string): Promise<Member> => {
  const device = await openDevice(link);
  const { sheet } = talk;
  const { meeting } = sheet;
  const own = await preparePackage({
    mandate: device.mandate,
    signer: device.signer,
    from: Date.now() - 60_000,
    until: sheet.until,
  });
  const frameKey = (await testKey(`frames ${process.pid} ${Date.now()}`)).publicKey;
  const first: Head = { seq: 0, head: sheet.hash };
  await device.act({ kind: 'sit', chain: device.chain, keyPackage: own.hash, frameKey, takesOver: false }, first, [
    own.keyPackage,
  ]);
  await device.hears('log');

  const ledger = async (): Promise<Ledger> => {
    let now = openLedger(sheet);
    for (const word of device.heard) {
      const entries = word.kind === 'log' ? word.entries : word.kind === 'entry' ? [word.entry] : [];
      const signatures =
        word.kind === 'log' || word.kind === 'entry'
          ? word.countersignatures
          : word.kind === 'countersigned'
            ? [word.countersignature]
            : [];
      const next = await follow(now, entries, signatures);
      if (next instanceof Refusal) throw new Error(`${next.code}: ${next.detail}`);
      now = next.ledger;
    }
    return now;
  };
  const sat = async (seat: string): Promise<Seated> => {
    for (let heard = -1; ; ) {
      const { settled } = await ledger();
      const found = [...settled.seatings.values()].find((one) => one.seat.id === seat);
      if (found)
        return { seating: found.id, mandate: found.mandate, device: found.device, keyPackage: found.keyPackage };
      heard = device.heard.length;
      await device.hears('countersigned', () => device.heard.length > heard);
    }
  };
  const seated = await sat(talk.seat('alba-principal').id);
  const group = (circle: string): Promise<Circle> =>
    foundCircle({ meeting, circle, generation: 1, seated, package: own });
  const table = await group('table');
  const submit = async (action: Action, blobs: readonly Bytes[]): Promise<void> => {
    await device.act(action, (await ledger()).state.head, blobs);
  };
  await submit({ kind: 'found', circle: 'table', generation: 1, authenticator: table.authenticator }, []);
  await device.hears('entry');

  return {
    device,
    seating: seated.seating,
    ledger,
    sat,
    letIn: async (newcomer, circle) => {
      const keyPackage = (await device.hears('entry', ({ blobs }) => blobs.some((one) => isNamed(one, newcomer))))
        .blobs;
      const roster = [seated, newcomer];
      const upTo = newcomer.seating;
      const from = circle === 'table' ? table : await group(circle);
      const draft = await draftCommit(from, { upTo, roster, packages: keyPackage });
      if (draft instanceof Refusal || !draft.welcome) throw new Error('no draft');
      const { commit, welcome, authenticator } = draft;
      const { ended } = (await ledger()).state;
      const names = { commit: hash('blob', commit), welcome: hash('blob', welcome), authenticator };
      await submit({ kind: 'commit', circle: 'table', generation: 1, epoch: 0, upTo, ended, ...names }, [
        commit,
        welcome,
      ]);
    },
    close: device.close,
  };
};

const isNamed = (blob: Bytes, { keyPackage }: Seated): boolean =>
  hash('key-package', blob).every((byte, n) => byte === keyPackage[n]);
