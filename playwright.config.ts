import { Refusal } from '@parley/protocol/bytes';
import { defineConfig } from '@playwright/test';
import { findChromium, launchFlags } from './e2e/browser/index.ts';

const chromium = await findChromium();
if (chromium instanceof Refusal) throw new Error(`No Chromium for the tests.\n${chromium.lines.join('\n')}`);
// Workers read this file again: they take what was found here.
process.env.PARLEY_CHROMIUM = chromium.path;

/** Each test starts the nodes that it needs on free ports; two cores carry one test with its browsers at a time. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    headless: true,
    permissions: ['camera', 'microphone'],
    // Filming four moving pages would cost as much as the pages themselves.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: { executablePath: chromium.path, args: [...launchFlags] },
  },
});
