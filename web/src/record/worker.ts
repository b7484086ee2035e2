import { reportOf, verifyRecord } from '@parley/protocol/log';

// Runs beside the page, which stays quick meanwhile.
self.onmessage = async ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => {
  self.postMessage(reportOf(await verifyRecord(data, null)));
};
