export { hear, openRound, ownWords, type Progress, progressOf, type Round, type TableCode } from './round.ts';
export { openSaid, type Said, sealSaid } from './said.ts';
