import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { type Rehearsal, startRehearsal } from '../../e2e/rehearsal/index.ts';
import { readRecord } from '../../server/src/sfu/livekit/record.ts';
import { openBrowser } from '../browser.ts';
import { type PlainPages, servePlainPages } from './pages.ts';

const PICTURES_A_SECOND = 10;

/** A rehearsal, plain pages over its first SFU, and a browser for both. */
export type Beside = { readonly rehearsal: Rehearsal; readonly pages: PlainPages; readonly browser: Browser };

/** Measures ours beside plain pages, on the same SFU process and in the same browser; ends all of it. */
export const besidePlainPages = async <T>(measure: (both: Beside) => Promise<T>): Promise<T> => {
  const rehearsal = await startRehearsal();
  const sfu = readRecord(join(rehearsal.data, 'alba', 'sfu'));
  if (!sfu) throw new Error('no SFU runs');
  const pages = await servePlainPages(sfu);
  const browser = await openBrowser(PICTURES_A_SECOND);
  try {
    return await measure({ rehearsal, pages, browser });
  } finally {
    await browser.close();
    await pages.close();
    await rehearsal.stop();
  }
};
