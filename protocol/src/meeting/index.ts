export { type Blob, judgePackage, loadKeys, matchBlobs } from './blobs.ts';
export { type Due, due } from './due.ts';
export { type Ordered, order } from './order.ts';
