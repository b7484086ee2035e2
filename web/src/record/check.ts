import { RECORD_LIMIT, type RecordReport } from '@parley/protocol/log';
import CheckWorker from './worker.ts?worker&inline';

/** What checking a file gave; `unreadable` where it could not be read at all, or is too large for a record. */
export type Checked = RecordReport | { readonly verdict: 'unreadable' };

/** Checks a record's file in a worker of its own. Nothing leaves the page. */
export const checkFile = async (file: File): Promise<Checked> => {
  if (file.size > RECORD_LIMIT) return { verdict: 'unreadable' };
  const bytes = await file.bytes().catch(() => null);
  if (bytes === null) return { verdict: 'unreadable' };
  const worker = new CheckWorker();
  return new Promise<Checked>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<RecordReport>) => resolve(data);
    worker.onerror = () => resolve({ verdict: 'unreadable' });
    worker.postMessage(bytes, [bytes.buffer]);
  }).finally(() => worker.terminate());
};
