import { Mic, Video, Volume2 } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { DeviceChoice, DevicesView } from '../platform/devices/index.ts';
import type { Actions } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Choice } from '../ui/Choice.tsx';
import { Meter } from '../ui/Meter.tsx';
import styles from './DeviceChoices.module.css';

type Props = {
  readonly devices: DevicesView;
  readonly actions: Actions;
  /** True where the camera's state is told by a picture beside these lists. */
  readonly mirrored: boolean;
  /** The microphone's level, 0..1. */
  readonly level: () => number;
};

/** Values of the lists that are no device's id. */
const none = 'parley:none';
const drawn = 'parley:drawn';

const options = (devices: readonly DeviceChoice[]) => devices.map(({ id, label }) => ({ value: id, label }));

/** Camera, microphone with a meter, loudspeaker with a test: each with what is the matter, if something is. */
export const DeviceChoices = ({ devices, actions, mirrored, level }: Props) => {
  const text = useText();
  const { camera, microphone } = devices;
  const chooseCamera = (value: string) =>
    actions.chooseCamera(value === none ? null : value === drawn ? 'drawn' : value);
  return (
    <>
      <Choice
        label={text('device.camera')}
        icon={<Video aria-hidden size={20} />}
        value={camera.state === 'drawn' ? drawn : (camera.id ?? none)}
        options={[
          ...options(devices.cameras),
          { value: drawn, label: text('device.drawn') },
          { value: none, label: text('device.no-camera') },
        ]}
        onChoose={chooseCamera}
      >
        {mirrored || camera.state === 'live' ? null : <p className={styles.state}>{text(`camera.${camera.state}`)}</p>}
      </Choice>
      <Choice
        label={text('device.microphone')}
        icon={<Mic aria-hidden size={20} />}
        value={microphone.id ?? none}
        options={[...options(devices.microphones), { value: none, label: text('device.no-microphone') }]}
        onChoose={(value) => actions.chooseMicrophone(value === none ? null : value)}
      >
        {microphone.state === 'live' || microphone.state === 'drawn' ? (
          <>
            <Meter read={level} size="wide" />
            <p className={styles.hint}>{text('microphone.speak')}</p>
          </>
        ) : (
          <p className={styles.state} data-trouble={microphone.state !== 'off' && microphone.state !== 'asking'}>
            {text(`microphone.${microphone.state}`)}
          </p>
        )}
      </Choice>
      <div className={styles.speaker}>
        <Choice
          label={text('device.speaker')}
          icon={<Volume2 aria-hidden size={20} />}
          value={devices.speaker ?? none}
          options={[
            ...(devices.speakers.some(({ id }) => id === devices.speaker)
              ? []
              : [{ value: devices.speaker ?? none, label: text('device.system-speaker') }]),
            ...options(devices.speakers),
          ]}
          onChoose={(value) => {
            if (value !== none) actions.chooseSpeaker(value);
          }}
        />
        <Button onPress={actions.testSpeaker}>{text('device.test-speaker')}</Button>
      </div>
    </>
  );
};
