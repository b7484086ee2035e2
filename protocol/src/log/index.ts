export {
  type Act,
  type ActBody,
  type Action,
  type Actor,
  actorName,
  isRestriction,
  openAct,
  signAct,
  verifyAct,
} from './act.ts';
export {
  type Countersignature,
  countersign,
  type Entry,
  judgeTime,
  openEntry,
  placeAct,
  type VerifiedEntry,
  verifyCountersignature,
  verifyEntry,
} from './entry.ts';
export { heldHash } from './held.ts';
export { judge, judgeDirect, outweighs, stillEnds } from './judge.ts';
export {
  acts,
  append,
  type Equivocation,
  judgeSigning,
  type Ledger,
  openLedger,
  proveEquivocation,
  take,
} from './ledger.ts';
export { type Message, openMessage, type Passing, passing, signMessage, verifyMessage } from './message.ts';
export {
  RECORD_LIMIT,
  type RecordContent,
  type RecordFault,
  type Sitting,
  signRecord,
  type VerifiedRecord,
  verifyRecord,
} from './record.ts';
export { reduce } from './reduce.ts';
export { type RecordReport, reportOf } from './report.ts';
export {
  type AgreedSeat,
  assembleSheet,
  type Plan,
  type Recorded,
  readPlan,
  type Sheet,
  type SheetBody,
  type SheetSignature,
  sheetBody,
  sheetSignature,
  signSheet,
  verifySheet,
  verifySheetSignature,
} from './sheet.ts';
export {
  begin,
  type CircleState,
  chairOf,
  type Head,
  headAt,
  isLetIn,
  isRemoved,
  type Knock,
  numberOf,
  roster,
  type Seating,
  type State,
  seatingAt,
} from './state.ts';
export { type Followed, follow, type LogRecord, verifyLog } from './verify.ts';
