/** A device that can be chosen; without permission its label is empty. */
export type Choice = { readonly id: string; readonly label: string };

/** How a camera or microphone stands. */
export type DeviceState = 'asking' | 'live' | 'drawn' | 'off' | 'refused' | 'missing' | 'busy';

/** Camera, microphone and loudspeaker of this device, as one immutable value. */
export type DevicesView = {
  readonly cameras: readonly Choice[];
  readonly microphones: readonly Choice[];
  readonly speakers: readonly Choice[];
  readonly camera: { readonly id: string | null; readonly state: DeviceState };
  readonly microphone: { readonly id: string | null; readonly state: DeviceState };
  readonly speaker: string | null;
  /** Own picture, or null while there is none. */
  readonly picture: MediaStreamTrack | null;
  readonly sharedMachine: boolean;
};

/**
 * What a failed `getUserMedia` means to a person.
 *
 * @param name of the DOMException (mediacapture-streams §10.2)
 */
export function stateOfFailure(name: string): 'refused' | 'missing' | 'busy' {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    // NotReadableError, AbortError: it is there and somebody else holds it, or it failed.
    default:
      return 'busy';
  }
}

/** Puts what the browser lists into choices: no empty identifiers, and the defaults' doubles left out. */
export function choicesOf(
  devices: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[],
): Pick<DevicesView, 'cameras' | 'microphones' | 'speakers'> {
  const of = (kind: MediaDeviceKind): readonly Choice[] =>
    devices
      .filter((device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'communications')
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return { cameras: of('videoinput'), microphones: of('audioinput'), speakers: of('audiooutput') };
}

/**
 * What to do about one device after something was plugged in or out.
 *
 * @param listed the devices of its kind now; @param current which one was chosen, and how it stands
 */
export function afterPlugging(
  listed: readonly Choice[],
  current: { readonly id: string | null; readonly state: DeviceState },
): 'keep' | 'reopen' | 'lost' {
  if (current.state === 'missing') return listed.length > 0 ? 'reopen' : 'keep';
  if (current.state !== 'live') return 'keep';
  if (current.id === null || listed.some(({ id }) => id === current.id)) return 'keep';
  return listed.length > 0 ? 'reopen' : 'lost';
}
