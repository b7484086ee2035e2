export { type Blob, judgePackage, matchBlobs } from './blobs.ts';
export { type Due, due } from './due.ts';
export { type Ordered, order } from './order.ts';
