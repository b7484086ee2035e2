import type { AgreedSeat } from '@parley/protocol/log';
import { createDevices, type Devices } from '../platform/devices/index.ts';
import type { StandInScript } from '../platform/stand-in/control.ts';
import { createStandIn } from '../platform/stand-in/stand-in.ts';
import type { Place } from './place.ts';

/** A number that a text always gives, for hues and voices. */
const seedOf = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7);

/** Two cores carry a whole rehearsal, SFUs included, if its drawn pictures stay small. */
const sizeFor = (cores: number) =>
  cores > 2 ? { width: 640, height: 360, framesPerSecond: 15 } : { width: 320, height: 180, framesPerSecond: 10 };

const scriptOf = (seat: AgreedSeat): StandInScript => ({
  figure: { name: seat.name, line: seat.function, hue: seedOf(seat.id) % 360 },
  ...sizeFor(navigator.hardwareConcurrency),
  locale: 'en-GB',
  voice: { kind: 'speech', seed: seedOf(seat.id) },
});

/** A stand-in's devices: always there, always the same, and nothing to choose. */
const standInDevices = (script: StandInScript): Devices => {
  const made = createStandIn(script);
  const tracks = { audio: made.audio, video: made.video };
  return {
    view: () => ({
      cameras: [],
      microphones: [],
      speakers: [],
      camera: { id: null, state: 'drawn' },
      microphone: { id: null, state: 'drawn' },
      speaker: null,
      picture: made.video,
      sharedMachine: true,
    }),
    track: (media) => tracks[media],
    chooseCamera: () => {},
    chooseMicrophone: () => {},
    chooseSpeaker: () => {},
    testSpeaker: () => {},
    enable: (media, on) => {
      const track = tracks[media];
      if (track) track.enabled = on;
    },
    microphoneLevel: () => 0,
    close: made.stop,
  };
};

/** The devices of whoever sits here: a person's own, or a stand-in's drawn picture and made voice. */
export const openDevices = (
  place: Place,
  seat: AgreedSeat,
  context: () => AudioContext,
  changed: () => void,
): Devices =>
  place.standIn
    ? standInDevices(scriptOf(seat))
    : createDevices({ changed, context, sharedMachine: place.second, drawn: () => scriptOf(seat) });
