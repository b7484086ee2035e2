export { createDevices, type Devices, type DevicesOptions } from './devices.ts';
export { playOn } from './speaker.ts';
