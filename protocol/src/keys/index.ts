export { baseKey, type Circle, type CircleName, foundCircle, groupId } from './circle.ts';
export { commitContext, type Enacted, type ExpectedCommit } from './commit.ts';
export { applyPending, type Draft, draftCommit, dropPending, type Pending } from './draft.ts';
export { forgetCircle } from './forget.ts';
export { type ExpectedWelcome, joinCircle } from './join.ts';
export { forgetPackage, type OwnPackage, preparePackage, type ReadPackage, readKeyPackage } from './package.ts';
export { receiveCommit } from './receive.ts';
export { type Leaf, rosterHash, type Seated } from './roster.ts';
export { SUITE, type SuiteName } from './suite.ts';
