export { findChromium } from './chromium.ts';
export { launchFlags } from './flags.ts';
