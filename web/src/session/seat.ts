import { type Bytes, hash, type Signer } from '@parley/protocol/bytes';
import { type OwnPackage, preparePackage } from '@parley/protocol/keys';
import { type Action, type Ledger, signAct } from '@parley/protocol/log';
import { type FrameKey, makeFrameKey } from '../platform/key-store/index.ts';
import type { Agreement } from './agreement.ts';

/** A request to sit, with the private halves of what it names. */
export type Request = SignedAct & SeatKeys;

/** Signs what this device does, each act under a number that it never used before. */
export type Hand = { readonly sign: (action: Action, ledger: Ledger | null) => Promise<SignedAct> };

/** An act, and hash("act", act): by this the node refuses it, and by this we find our own entry. */
export type SignedAct = { readonly act: Bytes; readonly name: Bytes };

/** The hand of one device in one meeting. Numbers follow the clock, so that they rise over a reload too. */
export const openHand = (agreement: Agreement, device: Signer, now: () => number): Hand => {
  let last = 0;
  return {
    sign: async (action, ledger) => {
      last = Math.max(last + 1, now());
      const { sheet, mandate } = agreement;
      // Who asks to come in was shown no log yet, and names the sheet.
      const saw = 'chain' in action || !ledger ? { seq: 0, head: sheet.hash } : ledger.state.head;
      const by = { kind: 'device' as const, mandate: mandate.hash };
      const act = await signAct(device, { meeting: sheet.meeting, by, n: last, saw, action });
      return { act, name: hash('act', act) };
    },
  };
};

/** What a request to sit names, made beforehand: it stands for one taking of the seat. */
export type SeatKeys = { readonly package: OwnPackage; readonly frameKey: FrameKey };

/** Makes a fresh KeyPackage and frame key. */
export const makeSeatKeys = async ({ mandate }: Agreement, device: Signer): Promise<SeatKeys> => {
  const [frameKey, own] = await Promise.all([
    makeFrameKey(),
    preparePackage({ mandate: mandate.hash, signer: device, from: mandate.from, until: mandate.until }),
  ]);
  return { package: own, frameKey };
};

/** Signs the request to sit that names these keys. `takesOver`: in the place of another device of the same seat. */
export const requestSeat = async (
  chain: Agreement['chain'],
  keys: SeatKeys,
  hand: Hand,
  takesOver: boolean,
): Promise<Request> => {
  const { package: own, frameKey } = keys;
  const action = { kind: 'sit', chain, keyPackage: own.hash, frameKey: frameKey.publicKey, takesOver } as const;
  return { ...(await hand.sign(action, null)), ...keys };
};
