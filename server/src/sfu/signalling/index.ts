export { readJoin } from './join.ts';
export { carry, openUpstream } from './proxy.ts';
