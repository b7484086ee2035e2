export { type Missing, missing } from './able.ts';
