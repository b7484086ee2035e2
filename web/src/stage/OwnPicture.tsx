import { VideoOff } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { DevicesView } from '../platform/devices/index.ts';
import type { StageView } from '../session/view.ts';
import { Picture } from '../ui/Picture.tsx';
import styles from './OwnPicture.module.css';

type Props = { readonly me: StageView['me']; readonly devices: DevicesView };

/** Own picture, small, at the end of the controls; its edge tells once more whether one is muted. */
export const OwnPicture = ({ me, devices }: Props) => {
  const text = useText();
  const muted = !me.microphone && !me.talking;
  return (
    <div className={styles.own} data-muted={muted}>
      {me.camera && devices.picture !== null ? (
        <Picture track={devices.picture} label={text('stage.own-picture')} />
      ) : (
        <p className={styles.off}>
          <VideoOff aria-hidden size={20} />
          {text('stage.unseen')}
        </p>
      )}
    </div>
  );
};
