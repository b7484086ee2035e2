import { stateOfFailure } from './state.ts';

/** A camera's or microphone's track, or why there is none. */
export type Captured =
  | { readonly kind: 'track'; readonly track: MediaStreamTrack; readonly id: string | null }
  | { readonly kind: 'none'; readonly why: 'refused' | 'missing' | 'busy' };

/** What is asked of a camera where nothing else is said: enough for a face, and what two cores can carry. */
const PICTURE: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};
const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Opens one camera or microphone.
 *
 * @param id the chosen device, or null for whichever the browser prefers
 * @param constraints in place of the usual ones, for tests and weak machines
 */
export async function capture(
  devices: MediaDevices,
  kind: 'audio' | 'video',
  id: string | null,
  constraints?: MediaTrackConstraints,
): Promise<Captured> {
  const wanted = constraints ?? (kind === 'video' ? PICTURE : SOUND);
  const chosen = id === null ? wanted : { ...wanted, deviceId: { exact: id } };
  try {
    const stream = await devices.getUserMedia(kind === 'video' ? { video: chosen } : { audio: chosen });
    const [track] = stream.getTracks();
    if (track === undefined) return { kind: 'none', why: 'missing' };
    return { kind: 'track', track, id: track.getSettings().deviceId ?? id };
  } catch (cause) {
    return { kind: 'none', why: stateOfFailure(cause instanceof DOMException ? cause.name : '') };
  }
}
