export { ensureDeviceKey, findDeviceKey } from './device-key.ts';
export { type FrameKey, makeFrameKey } from './frame-key.ts';
export { keepPin } from './pins.ts';
