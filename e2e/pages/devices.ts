import { createDevices, type Devices } from '../../web/src/platform/devices/index.ts';

/** What the test drives this page by. */
export type DevicesPage = {
  open(how: { readonly standIn?: boolean; readonly sharedMachine?: boolean }): void;
  devices(): Devices;
  /** Whether the track that would be sent is live and switched on; null while there is none. */
  sends(media: 'audio' | 'video'): boolean | null;
  /** Frames of the own picture that a video element has shown. */
  pictures(): number;
};

let devices: Devices;
const preview = document.createElement('video');
preview.autoplay = true;
preview.muted = true;
document.body.append(preview);

const page: DevicesPage = {
  open({ standIn = false, sharedMachine = false }) {
    devices = createDevices({
      seat: { id: 'alba-principal', name: 'Ilaria Conti', function: 'President', delegation: { name: 'Alba' } },
      standIn,
      sharedMachine,
      changed: () => {
        const { picture } = devices.view();
        const shown = preview.srcObject instanceof MediaStream ? preview.srcObject.getTracks()[0] : undefined;
        if (picture !== shown) preview.srcObject = picture === null ? null : new MediaStream([picture]);
      },
    });
  },
  devices: () => devices,
  sends: (media) => {
    const track = devices.track(media);
    return track === null ? null : track.readyState === 'live' && track.enabled;
  },
  pictures: () => preview.getVideoPlaybackQuality().totalVideoFrames,
};
Object.assign(window, { devicesPage: page });
