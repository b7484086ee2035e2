export { type Chromium, findChromium } from './chromium.ts';
export { launchFlags } from './flags.ts';
