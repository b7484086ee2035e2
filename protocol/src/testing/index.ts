export { TEST_TIME, type TestDelegation, testDelegation } from './delegation.ts';
export { codeOf, type EntryWish, enter, entryBytes } from './door.ts';
export { seedOf, signerOf, testKey, testRoot } from './keys.ts';
export {
  type ActWish,
  actOf,
  agree,
  delegationOf,
  granted,
  nextNumber,
  nodeActOf,
  place,
  seat,
  seatedLog,
  settle,
  sitAction,
  type TestLog,
  testLog,
} from './log.ts';
export { signTestSheet, type TestDelegate, type TestMeeting, testDelegate, testMeeting, testPlan } from './meeting.ts';
