export { createDevices, type Devices } from './devices.ts';
export type { Choice as DeviceChoice, DevicesView } from './state.ts';
