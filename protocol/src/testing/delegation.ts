import type { Bytes, Signer } from '../bytes/index.ts';
import { certify, fingerprint, giveMandate, type MandateChain, type RootSigner } from '../identity/index.ts';
import type { AgreedSeat } from '../log/index.ts';
import { testKey, testRoot } from './keys.ts';

const DAY = 86_400_000;

/** The time at which meetings of tests begin unless they say otherwise, in ms. */
export const TEST_TIME = 1_800_000_000_000;

/** A delegation with everything that its node and its root hold. */
export type TestDelegation = {
  readonly name: string;
  readonly root: RootSigner;
  /** Fingerprint of the root. */
  readonly id: Bytes;
  readonly certificate: Bytes;
  readonly issuing: Signer;
  /** Gives a mandate for a seat to a device: valid from a day before `at` to a day after it unless told. */
  readonly mandate: (
    seat: AgreedSeat,
    to: { readonly meeting: Bytes; readonly device: Bytes; readonly from?: number; readonly until?: number },
  ) => Promise<MandateChain>;
};

/** A delegation whose keys follow from its name; its issuing key is certified for 30 days before and after `at`. */
export const testDelegation = async (name: string, at = TEST_TIME): Promise<TestDelegation> => {
  const root = await testRoot(name);
  const issuing = await testKey(`${name} issuing`);
  const id = fingerprint(root.keys);
  const span = { from: at - 30 * DAY, until: at + 30 * DAY };
  const certificate = await certify(root, { key: issuing.publicKey, serial: 1, ...span });
  const mandate: TestDelegation['mandate'] = (seat, { meeting, device, from = at - DAY, until = at + DAY }) =>
    giveMandate(
      { certificate, root: id, signer: issuing },
      { meeting, seat: seat.id, role: seat.role, name: seat.name, function: seat.function, device, from, until },
    );
  return { name, root, id, certificate, issuing, mandate };
};
