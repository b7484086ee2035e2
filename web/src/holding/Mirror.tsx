import { VideoOff } from 'lucide-react';
import { useText } from '../messages/use-text.ts';
import type { DevicesView } from '../platform/devices/index.ts';
import type { Actions } from '../session/view.ts';
import { Button } from '../ui/Button.tsx';
import { Picture } from '../ui/Picture.tsx';
import styles from './Mirror.module.css';

type Props = { readonly devices: DevicesView; readonly actions: Actions };

/** Own picture as the others will get it; where there is none: why, and the ways on. */
export const Mirror = ({ devices, actions }: Props) => {
  const text = useText();
  const { camera, picture } = devices;
  const troubled = camera.state === 'refused' || camera.state === 'missing' || camera.state === 'busy';
  return (
    <figure className={styles.mirror}>
      <div className={styles.picture}>
        {picture === null ? (
          <div className={styles.plate} role={troubled ? 'alert' : undefined}>
            <VideoOff aria-hidden size={40} strokeWidth={1.5} />
            <p>{text(`camera.${camera.state === 'live' || camera.state === 'drawn' ? 'asking' : camera.state}`)}</p>
            {troubled ? (
              <div className={styles.ways}>
                <Button onPress={() => actions.chooseCamera('drawn')}>{text('camera.use-drawn')}</Button>
                <Button onPress={() => actions.chooseCamera(null)}>{text('camera.sit-without')}</Button>
              </div>
            ) : null}
          </div>
        ) : (
          <Picture track={picture} label={text('holding.own-picture')} />
        )}
      </div>
      {picture === null ? null : (
        <figcaption className={styles.caption}>
          {text(camera.state === 'drawn' ? 'holding.like-this-drawn' : 'holding.like-this')}
        </figcaption>
      )}
    </figure>
  );
};
