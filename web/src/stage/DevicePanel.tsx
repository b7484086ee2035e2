import { SlidersHorizontal } from 'lucide-react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { DeviceChoices } from '../holding/DeviceChoices.tsx';
import { useText } from '../messages/use-text.ts';
import type { DevicesView } from '../platform/devices/index.ts';
import type { Session } from '../session/view.ts';
import { isAudible, setAudible, signals } from '../ui/sounds.ts';
import { Control } from './Control.tsx';
import styles from './panel.module.css';
import { Remembered } from './Remembered.tsx';
import { areShortcutsOn, setShortcuts } from './shortcuts.ts';

type Props = { readonly devices: DevicesView; readonly session: Session };

/** Camera, microphone, loudspeaker, and what this browser remembers: sounds and keys. */
export const DevicePanel = ({ devices, session }: Props) => {
  const text = useText();
  return (
    <DialogTrigger>
      <Control
        icon={SlidersHorizontal}
        noun={text('stage.devices.noun')}
        state={null}
        action={text('stage.devices')}
        hint={text('stage.devices.hint')}
        tone="off"
        width="slim"
      />
      <Popover className={styles.panel ?? ''} placement="top" offset={12}>
        <Dialog className={styles.dialog ?? ''} aria-label={text('stage.devices')}>
          <DeviceChoices
            devices={devices}
            actions={session.actions}
            mirrored={false}
            level={session.levels.microphone}
          />
          <fieldset className={styles.switches}>
            <legend>{text('sounds.title')}</legend>
            {signals.map((signal) => (
              <Remembered
                key={signal}
                label={text(`sounds.${signal}`)}
                read={() => isAudible(signal)}
                write={(on) => setAudible(signal, on)}
              />
            ))}
          </fieldset>
          <fieldset className={styles.switches}>
            <legend>{text('shortcuts.title')}</legend>
            <Remembered label={text('shortcuts.on')} read={areShortcutsOn} write={setShortcuts} />
          </fieldset>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
