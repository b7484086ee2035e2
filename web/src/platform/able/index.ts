export { missing } from './able.ts';
