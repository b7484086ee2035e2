import { type Browser, chromium } from '@playwright/test';
import { findChromium, launchFlags } from '../e2e/browser/index.ts';
import { Refusal } from '../protocol/src/bytes/index.ts';

/** A Chromium whose drawn camera gives `fps` pictures a second: two cores carry no more beside everything else. */
export const openBrowser = async (fps: number): Promise<Browser> => {
  const found = await findChromium();
  if (found instanceof Refusal) throw new Error(found.lines.join('\n'));
  const camera = '--use-fake-device-for-media-stream';
  const args = launchFlags.map((flag) => (flag === camera ? `${camera}=fps=${fps}` : flag));
  return chromium.launch({ executablePath: found.path, args });
};
