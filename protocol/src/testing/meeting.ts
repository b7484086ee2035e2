import { type Bytes, encode, type Plain, Refusal, type Signer, toHex } from '../bytes/index.ts';
import { type MandateChain, mandateHash, type Pins } from '../identity/index.ts';
import { type AgreedSeat, assembleSheet, type Sheet, type SheetBody, signSheet, verifySheet } from '../log/index.ts';
import { TEST_TIME, type TestDelegation, testDelegation } from './delegation.ts';
import { seedOf, testKey } from './keys.ts';

/** A meeting that every delegation signed; the first delegation hosts. */
export type TestMeeting = {
  readonly id: Bytes;
  readonly at: number;
  readonly delegations: readonly TestDelegation[];
  readonly host: TestDelegation;
  /** Every delegation's root, as each of them pinned it. */
  readonly pins: Pins;
  readonly body: SheetBody;
  /** The call sheet's signed bytes, and what verifying them gave. */
  readonly signed: Bytes;
  readonly sheet: Sheet;
};

/** A delegate at a device that holds a mandate. */
export type TestDelegate = {
  readonly seat: AgreedSeat;
  readonly delegation: TestDelegation;
  readonly device: Signer;
  readonly chain: MandateChain;
  readonly mandate: Bytes;
};

/** Signs a call sheet, also one that is none, by the delegations given, in their order. */
export const signTestSheet = async (
  body: { readonly [field: string]: Plain },
  by: readonly TestDelegation[],
): Promise<Bytes> => {
  const bytes = encode(body);
  const signatures = by.map(({ id, certificate, issuing }) =>
    signSheet(bytes, { root: id, certificate, signer: issuing }),
  );
  return assembleSheet(bytes, await Promise.all(signatures));
};

/** The plan: `<delegation>-principal` and `<delegation>-adviser` for each delegation, and one press seat. */
export const testPlan = (delegations: readonly TestDelegation[], at = TEST_TIME): SheetBody => {
  const [host] = delegations;
  if (!host) throw new Error('a meeting has delegations');
  const seats = delegations.flatMap(({ id, name }): AgreedSeat[] => {
    const low = name.toLowerCase();
    return [
      { id: `${low}-principal`, root: id, role: 'principal', name: `${name} One`, function: 'Head of delegation' },
      { id: `${low}-adviser`, root: id, role: 'adviser', name: `${name} Two`, function: 'Adviser' },
    ];
  });
  const press: AgreedSeat = { id: 'press', root: host.id, role: 'press', name: 'Pool', function: 'Press' };
  return {
    v: 2,
    meeting: seedOf('meeting').slice(0, 16),
    title: 'Test',
    host: host.id,
    from: at,
    until: at + 4 * 3_600_000,
    zone: 'Europe/Vienna',
    record: 'everything',
    delegations: delegations.map(({ id, name }) => ({ root: id, name })),
    seats: [...seats, press],
  };
};

/** A meeting of the delegations named (Alba, which hosts, and Borland unless told), signed by all; `at` in ms. */
export const testMeeting = async (
  names: readonly string[] = ['Alba', 'Borland'],
  at = TEST_TIME,
): Promise<TestMeeting> => {
  const delegations = await Promise.all(names.map((name) => testDelegation(name, at)));
  const [host] = delegations;
  if (!host) throw new Error('a meeting has delegations');
  const body = testPlan(delegations, at);
  const pins: Pins = new Map(delegations.map(({ id, root }) => [toHex(id), root.keys]));
  const signed = await signTestSheet(body, delegations);
  const sheet = await verifySheet(pins, signed);
  if (sheet instanceof Refusal) throw new Error(`${sheet.code}: ${sheet.detail}`);
  return { id: body.meeting, at, delegations, host, pins, body, signed, sheet };
};

/** Somebody of a delegation whom the sheet does not name, at the device that `device` names (the seat's own unless told). */
export const testGuest = async (
  meeting: TestMeeting,
  delegation: TestDelegation,
  device = `${delegation.name} guest`,
): Promise<TestDelegate> => {
  const { id: root, name } = delegation;
  const seat: AgreedSeat = {
    id: `${name.toLowerCase()}-guest`,
    root,
    role: 'adviser',
    name: `${name} Three`,
    function: 'Expert',
  };
  const key = await testKey(`device ${device}`);
  const chain = await delegation.mandate(seat, { meeting: meeting.id, device: key.publicKey });
  return { seat, delegation, device: key, chain, mandate: mandateHash(chain.mandate) };
};

/** The delegate of a seat, at the device that `device` names (the seat's own unless told). */
export const testDelegate = async (meeting: TestMeeting, seat: string, device = seat): Promise<TestDelegate> => {
  const agreed = meeting.body.seats.find(({ id }) => id === seat);
  const delegation = meeting.delegations.find(({ id }) => agreed && toHex(id) === toHex(agreed.root));
  if (!agreed || !delegation) throw new Error(`no seat ${seat}`);
  const key = await testKey(`device ${device}`);
  const chain = await delegation.mandate(agreed, { meeting: meeting.id, device: key.publicKey });
  return { seat: agreed, delegation, device: key, chain, mandate: mandateHash(chain.mandate) };
};
