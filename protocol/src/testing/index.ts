export { TEST_TIME, type TestDelegation, testDelegation } from './delegation.ts';
export { codeOf, type EntryWish, enter, entryBytes } from './door.ts';
export { fuzzDecoders, fuzzDoors, type Tried } from './fuzz.ts';
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
export {
  signTestSheet,
  type TestDelegate,
  type TestMeeting,
  testDelegate,
  testGuest,
  testMeeting,
  testPlan,
} from './meeting.ts';
export { mutate, noise } from './mutate.ts';
export { type Random, randomOf, seedFrom } from './random.ts';
export { stateBytes, walk } from './walk.ts';
