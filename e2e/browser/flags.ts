/**
 * How a test's Chromium is started: with its own drawn camera and microphone, sound without a click, and no QUIC.
 * `--use-fake-ui-for-media-stream` is left out on purpose: with it even a context that denies gets media. Grant by
 * context: `permissions: ['camera', 'microphone']`.
 */
export const launchFlags: readonly string[] = [
  '--no-sandbox',
  '--disable-quic',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];
