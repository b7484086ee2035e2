import { encode, hash, toHex } from '../../bytes/index.ts';
import { certify, giveMandate, verifyMandate } from '../../identity/index.ts';
import { TEST_TIME, testDelegation } from '../delegation.ts';
import { codeOf } from '../door.ts';
import { testDelegate, testMeeting } from '../meeting.ts';
import type { Json } from './json.ts';

const DAY = 86_400_000;

/** A root, its certificate and a mandate, with what may go wrong. */
export const identityVectors = async (): Promise<Json> => {
  const meeting = await testMeeting();
  const who = await testDelegate(meeting, 'alba-principal');
  const alba = who.delegation;
  const stranger = await testDelegation('Stranger');
  const issuing = { certificate: alba.certificate, root: alba.id, signer: alba.issuing };
  const of = {
    meeting: meeting.id,
    seat: 's',
    role: 'adviser' as const,
    name: 'N',
    function: 'F',
    device: who.device.publicKey,
  };
  const short = { from: TEST_TIME, until: TEST_TIME + 10 };
  const chain = await giveMandate(issuing, { ...of, ...short });
  const half = await certify(
    {
      keys: alba.root.keys,
      sign: async (message) => ({ ...(await alba.root.sign(message)), pq: new Uint8Array(3309) }),
    },
    { key: alba.issuing.publicKey, serial: 1, from: 0, until: TEST_TIME + DAY },
  );
  const foreign = await giveMandate(
    { ...issuing, certificate: stranger.certificate, root: stranger.id, signer: stranger.issuing },
    { ...of, ...short },
  );
  const cases: readonly [string, typeof chain, number][] = [
    ['valid', chain, TEST_TIME],
    ['valid in its last millisecond', chain, TEST_TIME + 9],
    ['expired at its end', chain, TEST_TIME + 10],
    ['before its time', chain, TEST_TIME - 1],
    ['certificate expired', chain, TEST_TIME + 31 * DAY],
    ['root not pinned', foreign, TEST_TIME],
    [
      'signed by another issuing key',
      await giveMandate({ ...issuing, signer: stranger.issuing }, { ...of, ...short }),
      TEST_TIME,
    ],
    ['for another meeting', await giveMandate(issuing, { ...of, ...short, meeting: new Uint8Array(16) }), TEST_TIME],
    ['under another certificate', { ...chain, mandate: foreign.mandate }, TEST_TIME],
    [
      'the root’s ML-DSA-65 signature does not stand',
      await giveMandate({ ...issuing, certificate: half }, { ...of, ...short }),
      TEST_TIME,
    ],
  ];
  return {
    root: toHex(encode(alba.root.keys)),
    fingerprint: toHex(alba.id),
    meeting: toHex(meeting.id),
    certificateHash: toHex(hash('issuing-certificate', alba.certificate)),
    mandateHash: toHex(hash('mandate', chain.mandate)),
    cases: await Promise.all(
      cases.map(async ([what, { certificate, mandate }, time]): Promise<Json> => {
        const code = codeOf(await verifyMandate(meeting.pins, { certificate, mandate }, meeting.id, time));
        return { what, time, certificate: toHex(certificate), mandate: toHex(mandate), code };
      }),
    ),
  };
};

